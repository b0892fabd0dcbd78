"""Recipes do what they say: their commands are run, and what they print is compared."""

import re

import pytest

from tests.support.reading import ROOT, Reader, plain, steps
from tests.support.waiting import PATIENCE_SECONDS

RECIPES = ROOT / "docs" / "recipes"
FILE = re.compile(r"^```csv\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFUSED = re.compile(r"urn:laurels:error|^error:|^Usage:", re.MULTILINE)
BOUGHT = """call $API/purchases -d '{"member": "bo", "amount": "100.00", "currency": "USD",
  "external_id": "A-100"}' > bought.json
MEMBER=$(call "$API/members?external_id=bo" | jq -r '.data[0].id')
WALLET=$(call $API/members/$MEMBER/wallets | jq -r '.data[0].id')
"""
BEFORE = {
    "bring-balances": "",
    "correct-a-mistake": BOUGHT.replace("100.00", "0.40").replace("bo", "anna")
    + 'TRANSACTION=$(call $API/wallets/$WALLET/credit -d \'{"points": 500, "reason": "typo"}\''
    " | jq -r .transaction.id)",
    "earn-for-a-review": "",
    "import-purchases": "",
    "import-rewards": "",
    "merge-two-members": 'SURVIVOR=$(call $API/members -d \'{"external_id": "a"}\' | jq -r .id)\n'
    'MERGED=$(call $API/members -d \'{"external_id": "b"}\' | jq -r .id)',
    "pay-with-points": BOUGHT.replace("bo", "anna").replace("100.00", "1000.00")
    + "PROGRAM=$(call $API/programs | jq -r '.data[0].id')\n"
    "call -X PATCH $API/programs/$PROGRAM -d '{\"minimum_redemption_points\": 100}' >/dev/null",
    "redeem-a-reward": BOUGHT,
    "refund-a-purchase": BOUGHT,
    "set-up-a-shop": "",
    "try-it-first": BOUGHT,
}
"""What has happened before somebody opens the page, by page."""
FILES = {
    "bring-balances": ["points.csv"],
    "import-purchases": ["orders.csv", "lines.csv"],
    "import-rewards": ["rewards.csv", "codes.csv"],
}
"""The files that a page shows, in order, by the names that it calls them."""
LEFT_OUT = ("laurels import purchases o2.csv", "call -X POST $API/purchases/$PURCHASE/cancel")
"""Commands about a file or a purchase that the page shows nothing of."""


@pytest.mark.slow
def test_recipes_do_what_they_say(reader: Reader):
    server = reader.serve()
    wrong: list[str] = []

    try:
        for name, before in BEFORE.items():
            page = RECIPES / f"{name}.md"
            wrong += [f"{name}: {each}" for each in followed(reader, name, before, steps(page))]
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_SECONDS)

    assert not wrong, "\n\n".join(wrong)


def followed(reader, name, before, todo):
    """What a page says and what is not so, for somebody who begins with a tenant of their own."""
    shown = FILE.findall((RECIPES / f"{name}.md").read_text(encoding="utf-8"))
    for file, text in zip(FILES.get(name, []), shown, strict=True):
        (reader.folder / file).write_text(text, encoding="utf-8")
    reader.type(
        f"laurels tenant create {name} --json > tenant.json\n"
        "API=http://127.0.0.1:8080/v1\nKEY=$(jq -r .api_key tenant.json)\n"
        'call() { curl -s -H "Authorization: Bearer $KEY"'
        ' -H "Content-Type: application/json" "$@"; echo; }'
    )
    reader.type(before or ":")
    for step in todo:
        if step.commands.startswith(LEFT_OUT):
            continue
        printed = reader.type(step.commands.replace("--tenant shop", f"--tenant {name}"))
        if step.printed is not None and plain(printed) != plain(step.printed):
            yield f"{step.commands}prints\n{printed}but the page says\n{step.printed}"
        elif step.printed is None and re.search(
            "urn:laurels:error|^error:|Usage:", printed, re.MULTILINE
        ):
            yield f"{step.commands}is refused\n{printed}"
