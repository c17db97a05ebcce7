"""Uploaded files: listed and read on one host, unpacked on another. Run as the app's user."""

from pathlib import PurePosixPath

from understudy.commands import Argv, script


def list_all(directory: PurePosixPath) -> Argv:
    """Prints size in bytes and path of each uploaded file, with a NUL after each."""
    return script("cd \"$1\"; find . -type f -printf '%s %P\\0'", directory)


def read(directory: PurePosixPath) -> Argv:
    """Prints a gzipped tar of the files whose names, with a NUL after each, are on standard input.

    They are sorted, so that all are read before anything is printed: the sender only reads afterwards.
    """
    return script(
        'sort -z | tar -C "$1" --null --verbatim-files-from -T - --ignore-failed-read -cf - | gzip -1',
        directory,
    )


def unpack(directory: PurePosixPath) -> Argv:
    """Adds the uploaded files of the gzipped tar on standard input to those in the directory."""
    return script('umask 027; tar -xzf - --no-same-permissions -C "$1"', directory)
