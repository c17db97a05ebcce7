"""Static files by their names: which have a hash, and which get compressed copies, such as `a.css.gz`, which
nginx sends in their place. Pure.
"""

import gzip
from collections.abc import Collection
from pathlib import PurePath

from understudy.config.app import App
from understudy.config.model import Config

# A host has nginx's module for brotli only if host.packages names it: not each distribution has it.
BROTLI = "libnginx-mod-http-brotli-static"
# What names of text files end in, and of other files that compression makes smaller.
TEXT = (
    *("css", "js", "mjs", "map", "json", "webmanifest", "wasm"),
    *("html", "htm", "txt", "md", "csv", "xml", "svg"),
    *("ttf", "otf", "eot", "ico"),
)
# Bytes. No page needs a larger text.
LARGEST = 8 * 2**20
# The program among a release's files that looks after its copies: templates/.
PROGRAM = "understudy_precompressed.py"
# Django's names, such as base.27e20196a850.css. Digits only may be a time, such as 202401311200.
_DJANGO = r".+\.(?=[0-9]*[a-f])[0-9a-f]{12}(?:\.\w+)?"


def text_names() -> str:
    """The paths of text files, as a regular expression that looks ahead."""
    return rf"(?=.+\.(?:{'|'.join(TEXT)})$)"


def hashed_names(app: App) -> str:
    """The paths below static_url whose names have a hash of the content, as a regular expression."""
    folders = (folder.replace(".", r"\.") + "/.+" for folder in app.static_hashed)
    return "|".join((_DJANGO, *folders))


def suffixes(config: Config) -> tuple[str, ...]:
    """The ends of the names of the copies that the site's static files have."""
    app = config.app
    # Build commands may change committed files after their copies were made.
    if app.static_url is None or (app.static_directory and app.build_commands):
        return ()
    return (".gz", ".br") if BROTLI in config.packages else (".gz",)


def is_text(name: str) -> bool:
    return PurePath(name).suffix[1:] in TEXT


def is_copy(name: str, names: Collection[str]) -> bool:
    """Whether nginx could take it for the copy of one of the text files among the names."""
    path = PurePath(name)
    return path.suffix in _BY and is_text(path.stem) and str(path.with_suffix("")) in names


def compressed(content: bytes, suffix: str) -> bytes:
    """The content of a copy whose name ends so."""
    return _BY[suffix](content)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _brotli(content: bytes) -> bytes:
    # Few sites need it.
    import brotli

    return bytes(brotli.compress(content))


_BY = {".gz": _gzip, ".br": _brotli}
