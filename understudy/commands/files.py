"""Files on a host: unpack, link, rename, remove."""

import re
from pathlib import PurePosixPath

from understudy.commands import Argv, script


def unpack(directory: PurePosixPath) -> Argv:
    """Unpacks a gzipped tar, sent on standard input, into a new directory.

    What an earlier, killed run left in the directory goes first.
    """
    text = """
    rm -rf "$1"
    mkdir -p "$1"
    tar -xzf - -C "$1" || { rm -rf "$1"; exit 1; }
    """
    return script(text, directory)


def unpack_each(directory: PurePosixPath) -> Argv:
    """Adds what joined, gzipped tars, sent on standard input, hold to a directory, each by a rename:
    there whole or not.
    """
    text = """
    rm -rf "$1.new"
    mkdir -p "$1.new" "$1"
    tar -xzif - -C "$1.new" || { rm -rf "$1.new"; exit 1; }
    sync -f "$1.new"
    mv "$1.new"/* "$1"/
    rmdir "$1.new"
    """
    return script(text, directory)


def write(path: PurePosixPath) -> Argv:
    """Writes standard input to a file. Prints how many bytes there are of it then. No half of it stays."""
    return script('{ cat >"$1" && wc -c <"$1"; } || { rm -f "$1"; exit 1; }', path)


def complete(path: PurePosixPath) -> Argv:
    """Moves PATH.new to PATH: the last step of something that must be whole or not be there.

    What it stands for is on the disk before it is: a power cut must not leave empty files behind it.
    """
    return script('sync -f "$1.new"; mv "$1.new" "$1"; sync -f "$1"', path)


# A file's name may reach the disk before its content does, so all else goes first.
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
    """Points `current` at a release by one rename(2): at no moment is there none, or half of one.

    `previous` says what served before: pages that are open still ask for its static files.
    """
    return script(_SWITCH, root, release_id)


def some_files(directory: PurePosixPath, count: int) -> Argv:
    """Lists a few files below a directory, by their paths in it."""
    return script('cd "$1/" && find . -type f | sort | head -n "$2" | cut -c 3-', directory, count)


def remove(*paths: PurePosixPath) -> Argv:
    """Removes releases and environments, first what marks each as whole: it may be killed midway."""
    return script(
        'for path; do rm -f "$path/manifest.json" "$path/.complete"; rm -rf "$path"; done', *paths
    )


def lacks_room(output: str) -> bool:
    """Whether a program says that there is no room on a disk, as the system, SQLite or a quota has it."""
    return bool(re.search(r"No space left on device|disk is full|Disk quota exceeded", output))


def room() -> Argv:
    """Prints how much room, and for how many more files, each disk has."""
    kinds = [f"--exclude-type={kind}" for kind in ("devtmpfs", "efivarfs", "squashfs")]
    return ("df", "-h", *kinds, "--output=target,size,avail,iavail")
