"""A Chromium to look at the console with, and the moment at which a page is done."""

import asyncio
import contextlib
import shutil

from playwright.async_api import Error, Page, Request, Response

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own wall needs rights that containers and CI do not give.
ARGUMENTS = ("--no-sandbox",)
STREAM = "/v1/events/stream"
"""What is open for as long as a page is."""
QUIET_SECONDS = 0.1
DRAWN = """(() => {
  const root = document.getElementById("root");
  const drawn = !root || (root.childElementCount && !root.querySelector(".mantine-Loader-root"));
  return Boolean(drawn) && document.fonts.status === "loaded";
})()"""


def chromium() -> str | None:
    """Return the browser's program, None where there is none."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((program for program in found if program), None)


class Traffic:
    """What a page asks of the server, from now on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: set[Request] = set()
        page.on("request", self._began)
        page.on("requestfailed", self._ended)
        # The end of an answer is not told when nobody reads its body.
        page.on("response", self._answered)

    async def at_rest(self, seconds: float) -> None:
        """Wait until nothing is asked any more, but for the live stream, and all is drawn.

        Raise TimeoutError.
        """
        async with asyncio.timeout(seconds):
            while True:
                quiet = 0.0
                while quiet < QUIET_SECONDS:
                    await asyncio.sleep(0.02)
                    quiet = 0.0 if self._open else quiet + 0.02
                # A page that is left while it is asked does not answer.
                with contextlib.suppress(Error):
                    if await self._page.evaluate(DRAWN) and not self._open:
                        return

    def _began(self, request: Request) -> None:
        if not request.url.endswith(STREAM):
            self._open.add(request)

    def _ended(self, request: Request) -> None:
        self._open.discard(request)

    def _answered(self, response: Response) -> None:
        self._open.discard(response.request)
