"""The pages of docs/, which are installed with Understudy: `help docs/topology.md` prints one."""

import re
from pathlib import Path

from understudy.errors import ConfigError, did_you_mean
from understudy.paths import RESOURCES

FOLDER = "docs"
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def is_page(word: str) -> bool:
    """Whether a word after `help` means a page, or all of them."""
    return word.partition("/")[0] == FOLDER or _file(word).is_file()


def shown(word: str) -> str:
    """That page, or its section: docs/edge.md, edge, docs/edge.md#long-connections; for docs a list of all.

    Raises ConfigError if there is no such page or section.
    """
    name, _, anchor = word.partition("#")
    if name.rstrip("/") == FOLDER:
        return "\n".join(_listed())
    file = _file(name)
    if not file.is_file():
        raise ConfigError(
            f"there is no page {name}{did_you_mean(name, _names())}",
            hint="`python deploy.py help docs` lists all",
        )
    text = file.read_text(encoding="utf-8")
    return _section(text, anchor, name) if anchor else text.rstrip()


def _file(name: str) -> Path:
    stem = name.partition("#")[0].removeprefix(f"{FOLDER}/").removesuffix(".md")
    return RESOURCES / FOLDER / f"{Path(stem).name}.md"


def _names() -> list[str]:
    return sorted(f"{FOLDER}/{file.name}" for file in (RESOURCES / FOLDER).glob("*.md"))


def _listed() -> list[str]:
    names = _names()
    width = max(map(len, names), default=0)
    return [f"{name:<{width}}  {_title(_file(name).read_text(encoding='utf-8'))}" for name in names]


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return found[1] if found else ""


def _section(text: str, anchor: str, name: str) -> str:
    for found in _HEADING.finditer(text):
        if _anchor(found[2]) == anchor:
            after = text[found.end() :]
            ends = re.search(rf"^#{{1,{len(found[1])}}} ", after, re.MULTILINE)
            return (found[0] + (after[: ends.start()] if ends else after)).rstrip()
    raise ConfigError(f"{name} has no section {anchor}")


def _anchor(heading: str) -> str:
    """As the links within the pages name it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
