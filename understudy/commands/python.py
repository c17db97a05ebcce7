"""Python on a host: environments made of unpacked packages, and bytecode."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv, script

# Hard links cost neither time nor space. The marker comes last: an environment without it was left by
# a run that was killed, and is rebuilt. See PEP 405 for pyvenv.cfg.
_MAKE_ENVIRONMENT = r"""
environment=$1 version=$2 compiled=$3
shift 3
rm -rf "$environment"
mkdir -p "$environment/bin"
cp -al "$@" "$environment"
# The cp of coreutils in Rust, which Ubuntu 26.04 has, closes directories to other users.
find "$environment" -type d ! -perm 755 -exec chmod 755 {} +
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

# Names of shared libraries, each with its Debian package.
_HAS_LIBRARIES = r"""
known=$(/sbin/ldconfig -p) packages=
while [ $# -gt 0 ]; do
    case $known in
    *"	$1 ("*) ;;
    *)
        echo "$1 is missing: it is in Debian's package $2"
        packages="${packages:+$packages, }$2"
        ;;
    esac
    shift 2
done
[ -z "$packages" ] || { echo "host.packages: [$packages]"; exit 1; }
"""


def has_libraries(libraries: Mapping[str, str]) -> Argv:
    """Fails with the names of those that the host lacks. libraries: name -> Debian package."""
    return script(_HAS_LIBRARIES, *(word for pair in sorted(libraries.items()) for word in pair))


def make_environment(
    environment: PurePosixPath, version: str, packages: Sequence[PurePosixPath], *, compiled: bool
) -> Argv:
    """Builds an environment of unpacked packages, for a Python such as "3.11". compiled: they have bytecode."""
    contents = (f"{package}/." for package in packages)
    words = (environment, version, "yes" if compiled else "no", *contents)
    return script(_MAKE_ENVIRONMENT, *words)


def compile_all(directory: PurePosixPath) -> Argv:
    """Compiles the files below a directory. One that is no Python of this version is skipped."""
    return script('python3 -I -m compileall -qq -j0 "$1" || true', directory)
