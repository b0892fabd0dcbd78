"""What the wheel and the sdist take in besides the sources: the bundle of `web/`.

Where it is missing or older than its sources it is built, which needs Node (fetched for that from
the package index) and npm's registry. An installed wheel needs neither.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from tools import web


class BundleHook(BuildHookInterface):
    """Build the console before the files are collected."""

    def dependencies(self) -> list[str]:
        """Ask for Node only when there is something to build."""
        return [] if web.is_whole() else [f"{web.NODE_PACKAGE}>=24.19,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's form
        """Build what is missing; fail with a sentence where that cannot be done."""
        if version == "editable" or web.is_whole():
            return
        try:
            web.build(self.app.display_info)
        except web.WebError as error:
            sys.exit(
                f"the console cannot be built into the package: {error}\n"
                "Build it where Node and npm's registry can be had (`./dev run` does it), or use a"
                " wheel that was released."
            )
