"""Files on a host: unpack, link, rename, remove."""

from pathlib import PurePosixPath

from understudy.commands import Argv, script


def unpack(tar: PurePosixPath, directory: PurePosixPath) -> Argv:
    """Unpacks an uploaded tar into a new directory, and removes the tar.

    What an earlier, killed run left in the directory goes first.
    """
    return script('rm -rf "$2"; mkdir -p "$2"; tar -xf "$1" -C "$2"; rm "$1"', tar, directory)


def unpack_each(tar: PurePosixPath, directory: PurePosixPath) -> Argv:
    """Adds what joined, gzipped tars hold to a directory, each by a rename: there whole or not."""
    text = """
    rm -rf "$1.d"
    mkdir -p "$1.d" "$2"
    tar -xzif "$1" -C "$1.d"
    mv "$1.d"/* "$2"/
    rm -r "$1" "$1.d"
    """
    return script(text, tar, directory)


def complete(path: PurePosixPath) -> Argv:
    """Moves PATH.new to PATH: the last step of something that must be whole or not be there."""
    return ("mv", f"{path}.new", str(path))


def switch(link: PurePosixPath, destination: str) -> Argv:
    """Points the link elsewhere by one rename(2): at no moment is there none, or half of one."""
    return script('ln -sfn "$2" "$1.new"; mv -T "$1.new" "$1"', link, destination)


def remove(*paths: PurePosixPath) -> Argv:
    """Removes releases and environments, first what marks each as whole: it may be killed midway."""
    return script(
        'for path; do rm -f "$path/manifest.json" "$path/.complete"; rm -rf "$path"; done', *paths
    )
