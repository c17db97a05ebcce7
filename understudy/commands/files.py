"""Files on a host: unpack, link, rename, remove."""

import re
from pathlib import PurePosixPath

from understudy.commands import Argv, script


def unpack(directory: PurePosixPath) -> Argv:
    """Unpacks the gzipped tar on standard input into a new directory.

    Removes first what an earlier run that was killed left in the directory.
    """
    text = """
    rm -rf "$1"
    mkdir -p "$1"
    tar -xzf - -C "$1" || { rm -rf "$1"; exit 1; }
    """
    return script(text, directory)


def unpack_each(directory: PurePosixPath, *, zstd: bool = False) -> Argv:
    """Unpacks the tars on standard input, one after another, and moves each of their files and directories
    into a directory by a rename: it's there as a whole, or not at all. zstd: they are not gzipped.
    """
    text = """
    rm -rf "$1.new"
    mkdir -p "$1.new" "$1"
    tar "$2" -xif - -C "$1.new" || { rm -rf "$1.new"; exit 1; }
    sync -f "$1.new"
    mv "$1.new"/* "$1"/
    rmdir "$1.new"
    """
    return script(text, directory, "--zstd" if zstd else "--gzip")


def read_each(directory: PurePosixPath) -> Argv:
    """Prints a tar of the files whose paths below the directory are on standard input, each ended by NUL."""
    options = ("--create", "--dereference", "--null", "--verbatim-files-from", "--files-from=-")
    return ("tar", f"--directory={directory}", *options)


def unpack_into(directory: PurePosixPath) -> Argv:
    """Unpacks the tar on standard input into a directory that has other files, with the time of now and each
    file's mode. Each of its files is there as a whole, or not at all.
    """
    text = """
    new=$1/.new
    rm -rf "$new"
    mkdir "$new"
    tar --extract --touch --preserve-permissions --file=- --directory="$new" || { rm -rf "$new"; exit 1; }
    cp --recursive --link --force "$new"/. "$1"
    rm -rf "$new"
    """
    return script(text, directory)


def write(path: PurePosixPath) -> Argv:
    """Writes standard input to a file and prints the file's size in bytes. Removes it if that fails."""
    return script('{ cat >"$1" && wc -c <"$1"; } || { rm -f "$1"; exit 1; }', path)


def complete(path: PurePosixPath) -> Argv:
    """Moves PATH.new to PATH: the last step of something that must be complete or not be there.

    All other files reach the disk first: after a power cut PATH must not vouch for empty ones. PATH itself
    reaches it before the switch: without it the release would be made again.
    """
    return script('sync -f "$1.new"; mv "$1.new" "$1"', path)


# A file's name may reach the disk before its content, so everything is synced before the switch.
_SWITCH = """
cd "$1"
old=$(readlink current || true)
if [ -n "$old" ] && [ "$old" != "releases/$2" ]; then
    ln -sfn "$old" previous.new
    mv -T previous.new previous
fi
ln -sfn "releases/$2" current.new
sync -f .
mv -T current.new current
sync -f .
"""


def switch(root: PurePosixPath, release_id: str) -> Argv:
    """Points `current` at a release by one rename(2): at no moment is the link missing or broken.

    `previous` then points at the release before: open pages still request its static files.
    """
    return script(_SWITCH, root, release_id)


def some_files(directory: PurePosixPath, count: int) -> Argv:
    """Prints the paths of the first `count` files below a directory, relative to it."""
    return script('cd "$1/" && find . -type f | sort | head -n "$2" | cut -c 3-', directory, count)


def remove(*paths: PurePosixPath) -> Argv:
    """Removes releases and environments; first the file that marks each as complete, in case it is killed."""
    return script(
        'for path; do rm -f "$path/manifest.json" "$path/.complete"; rm -rf "$path"; done', *paths
    )


def lacks_room(output: str) -> bool:
    """Whether a program's output reports a full disk or quota, in the words of Linux or SQLite."""
    return bool(re.search(r"No space left on device|disk is full|Disk quota exceeded", output))


def room() -> Argv:
    """Prints the free space and the free inodes of each disk."""
    kinds = [f"--exclude-type={kind}" for kind in ("devtmpfs", "efivarfs", "squashfs")]
    return ("df", "-h", *kinds, "--output=target,size,avail,iavail")
