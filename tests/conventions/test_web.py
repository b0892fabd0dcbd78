"""The web part keeps the house's names, and no lock file says where packages come from."""

import json
import re
from pathlib import Path

import pytest

from laurels.kit.conditions import evaluation
from laurels.layers import ROOMS

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
DOMAINS = sorted(path.parent for path in WEB.glob("src/domains/*/index.ts"))


def test_folders_of_screens_are_found():
    assert DOMAINS


@pytest.mark.parametrize("folder", DOMAINS, ids=lambda folder: folder.name)
def test_screens_lie_in_a_folder_that_is_called_as_their_room(folder):
    (named,) = re.findall(r'^  room: "(\w+)"', (folder / "index.ts").read_text(), re.MULTILINE)

    assert named == folder.name
    assert named in ROOMS


def test_no_folder_of_screens_is_forgotten():
    sources = (WEB / "src/domains").glob("*/**/*.ts*")
    folders = {path for path in (WEB / "src/domains").iterdir() if path.is_dir()}
    folders &= {parent for source in sources for parent in source.parents}

    assert folders - set(DOMAINS) == set()


def headings_of(page: str) -> set[str]:
    """Return what links call the headings of a page of the documentation; "" is the page."""
    lines = re.findall(r"^#+ (.*)$", (ROOT / "docs" / page).read_text(), re.MULTILINE)
    return {""} | {re.sub(r"[^a-z0-9 _-]", "", line.lower()).replace(" ", "-") for line in lines}


def test_pages_of_the_documentation_that_the_console_links_to_are_there():
    sources = "".join(path.read_text() for path in (WEB / "src").rglob("*.ts*"))
    linked = set(re.findall(r'(?:DocsLink page=|docs: )"(.+?)"', sources))
    missing = {
        link
        for link in linked
        for page, _, heading in [link.partition("#")]
        if heading not in headings_of(page)
    }

    assert linked
    assert missing == set()


def test_lock_files_name_no_address():
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    python = [path.read_text() for path in ROOT.glob("requirements*.txt")]

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert len(python) == 2
    assert not any("://" in text or "--index" in text for text in python)


def test_packages_of_the_web_part_are_pinned_to_one_version():
    package = json.loads((WEB / "package.json").read_text())

    for wanted in (package["dependencies"], package["devDependencies"]):
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def catalog(path: Path) -> dict[tuple[str, str], str]:
    """The German words of a catalog, by context and English ones."""
    found = {}
    for block in path.read_text().split("\n\n")[1:]:
        part = {
            name: "".join(re.findall(r'"(.*)"', text))
            for name, text in re.findall(r'^(msg\w+) ((?:".*"\n?)+)', block, re.MULTILINE)
        }
        if "msgid" in part:
            found[part.get("msgctxt", ""), part["msgid"]] = part["msgstr"]
    return found


def test_the_same_words_mean_the_same_in_every_room():
    # The catalogs of all rooms become one: of two translations one would be seen in both places.
    seen: dict[tuple[str, str], str] = {}
    differing = []
    for path in sorted(WEB.glob("src/**/locales/de.po")):
        for words, german in catalog(path).items():
            if seen.setdefault(words, german) != german:
                differing.append(f"{words[1]!r}: {seen[words]!r} and {german!r} ({path.parts[-3]})")

    assert len(seen) > 500
    assert differing == []


def test_the_console_knows_how_a_condition_says_that_it_failed():
    """The API tells failed comparisons in English; other languages take these sentences apart."""
    known = (WEB / "src/ui/whyWords.ts").read_text("utf-8")
    missing = [words for _, words in evaluation._WORDS.values() if f'"{words}"' not in known]

    assert missing == []
