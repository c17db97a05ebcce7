"""Python on a host: environments from packages that lie there unpacked, and bytecode."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv, script

# Links cost neither time nor room. The marker comes last: an environment without it was left by a
# killed run and is made anew. See PEP 405 for pyvenv.cfg.
_MAKE_ENVIRONMENT = r"""
environment=$1 version=$2 compiled=$3
shift 3
rm -rf "$environment"
mkdir -p "$environment/bin"
cp -al "$@" "$environment"
ln -s /usr/bin/python3 "$environment/bin/python"
ln -s python "$environment/bin/python3"
printf 'home = /usr/bin\ninclude-system-site-packages = false\nversion = %s\n' "$version" \
    >"$environment/pyvenv.cfg"
programs=$(grep -Il '^#!.*/ENVIRONMENT/bin/python' "$environment"/bin/* || true)
[ -z "$programs" ] || sed -i "1,2s|/ENVIRONMENT/bin/|$environment/bin/|" $programs
if [ "$compiled" = no ]; then python3 -I -m compileall -qq -j0 "$environment/lib" || true; fi
sync -f "$environment"
touch "$environment/.complete"
"""


def make_environment(
    environment: PurePosixPath, version: str, packages: Sequence[PurePosixPath], *, compiled: bool
) -> Argv:
    """Makes an environment for a Python ("3.11") of unpacked packages; compiles what isn't yet."""
    contents = (f"{package}/." for package in packages)
    words = (environment, version, "yes" if compiled else "no", *contents)
    return script(_MAKE_ENVIRONMENT, *words)


def compile_all(directory: PurePosixPath) -> Argv:
    """Compiles a directory. A file that is no Python of this version stays as it is."""
    return script('python3 -I -m compileall -qq -j0 "$1" || true', directory)
