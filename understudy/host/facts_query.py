"""The one query for a host's facts: facts.sh. Pure, but for reading that file.

In a file of its own: a host is asked before what reads its answer is imported.
"""

from pathlib import Path

from understudy.commands import Argv, script

_FACTS = Path(__file__).with_name("facts.sh")


def query(site: str) -> Argv:
    """The command whose output facts.parse() reads. It changes nothing."""
    return script(_FACTS.read_text(encoding="utf-8"), site)
