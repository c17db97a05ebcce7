"""Words that were given up, with what is written instead: docs/glossary.md has the words in use."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
# A regular expression of whole words -> what to write instead.
GIVEN_UP = {
    "told|tells?|telling": "reports, shows, prints, says; as a name: message, output, text, data",
    "mend(s|ed|ing)?": "fix",
    # "nobody" in quotation marks is a user of every system.
    '(?<!")nobody|somebody|whoever': "no one, a user, another deploy, who",
    "anew": "again, rebuilt",
    "rungs?|ladder": "snapshot level",
    "deeds?": "audit entry",
    "stands (in|under|for)|stood (in|under|for)": "is set in, is listed under, mirrors",
    "(go|goes|going|went) on": "continues",
    "unlike|alike": "differs from, similar",
    "made otherwise|provisioned otherwise|says otherwise": "was built with other settings, is out of date",
}
# Where the words are others' (a recording, a licence, an app that is deployed, what was said before).
NOT_OURS = (
    "example/",
    "tests/traps/",
    "tests/house/",
    "tests/unit/house/",
    "CHANGELOG.md",
    "docs/traps.md",
    "docs/sample/",
    "requirements.txt",
    "benchmarks/requirements.txt",
    "vendor/",
)
_TEXTS = {".py", ".md", ".sh", ".j2", ".yml", ".toml", ".css", ".js", ""}


def files() -> list[Path]:
    """The texts of the project that are in git."""
    listed = subprocess.run(
        ("git", "ls-files", "-z"), cwd=TOP, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    ours = (name for name in listed if name and not name.startswith(NOT_OURS))
    return [TOP / name for name in ours if Path(name).suffix in _TEXTS and (TOP / name).is_file()]


def given_up(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, word and what to write instead, of each such word in a file. Names count by their parts."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for pattern, instead in GIVEN_UP.items():
            for found in re.finditer(rf"(?<![A-Za-z])({pattern})(?![A-Za-z])", line, re.IGNORECASE):
                yield number, found[1], instead
