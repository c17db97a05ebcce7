"""The one command that a capture is read by: as root where sudo lets it, else as far as it gets."""

from pathlib import Path

from understudy.commands import Argv, script

_QUERY = Path(__file__).with_name("query.sh")
# The host's time comes first: what was asked at that moment was not yet delayed by anything.
# By standard input: an argument would be in the host's log of what was done by sudo, whole.
_AS_ROOT_IF_ALLOWED = """
echo "@@@ clock"
date +%s.%N
as_root=
if sudo -n true 2>/dev/null; then as_root="sudo -n"; fi
printf '%s' "$1" | $as_root sh -c 'eval "$(cat)"' sh "$2"
"""


def query(site: str) -> Argv:
    return script(_AS_ROOT_IF_ALLOWED, _QUERY.read_text(encoding="utf-8"), site)
