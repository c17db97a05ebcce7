"""The one query for a host's facts: facts.sh, and status.sh beside it. Pure, but for reading these files.

In a file of its own: a host is asked before what reads its answer is imported.
"""

from collections.abc import Sequence
from pathlib import Path

from understudy.commands import Argv, script

_FACTS = Path(__file__).with_name("facts.sh")
_STATUS = Path(__file__).with_name("status.sh")
# The facts wait in the pipe for what comes first: both work at the same time.
_BOTH = """
facts=$1 status=$2 site=$3
shift 3
sh -euc "$facts" sh "$site" | { sh -uc "$status" sh "$site" "$@" </dev/null; cat; }
"""


def query(site: str) -> Argv:
    """The command whose output facts.parse() reads. It changes nothing."""
    return script(_FACTS.read_text(encoding="utf-8"), site)


def status_query(site: str, words: Sequence[str]) -> Argv:
    """The same, and what readings.parse() reads. words: those of status_words.of(), about the site."""
    texts = (file.read_text(encoding="utf-8") for file in (_FACTS, _STATUS))
    return script(_BOTH, *texts, site, *words)
