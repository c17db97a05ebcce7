"""What the VM's kernel was told, and what it made of it."""

from collections.abc import Iterator, Mapping

from understudy.commands import Argv, script

# One program for all of them: on a slow VM each costs as much as all of the rest.
_QUERY = r"""
cd /proc/sys
for path; do
    shift
    [ ! -r "$path" ] || set -- "$@" "$path"
done
awk '{ print FILENAME "\t" $0 }' /dev/null "$@"
"""


def query(wanted: Mapping[str, str]) -> Argv:
    return script(_QUERY, *(key.replace(".", "/") for key in wanted))


def refused(wanted: Mapping[str, str], output: str) -> Iterator[str]:
    """A sentence for each setting that is not as wanted."""
    rows = (line.partition("\t") for line in output.splitlines())
    there = {path.replace("/", "."): " ".join(value.split()) for path, _, value in rows}
    for key, value in wanted.items():
        if key not in there:
            yield f"{key}: the VM's kernel has no such setting"
        elif there[key] != value:
            yield f"{key}: production has {value}, the VM's kernel keeps {there[key]}"
