"""The screenshots of a run, compared with those of the last passed rehearsal."""

import io
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageFilter

from understudy.report import pixels
from understudy.report.gallery import Picture

# Of the states of pictures, on the page.
ORDER = ("changed", "unclear", "new", "same")
# Fewer pixels of a whole picture are no difference: less than a full stop.
FEWEST = 3
MARK = (214, 40, 40)
# Pixels that a mark is larger than the change, on each side.
MARGIN = 2
# Beside the pictures. testing/kept.py writes it.
VERSION = "browser.txt"


def gather(pages: Path, baseline: Path | None) -> list[Picture]:
    """The screenshots in `pages`, each compared with the one of the same name in `baseline`.

    Those that show the same are one picture. The most changed come first, those that did not change last.
    """
    note = _new_browser(pages, baseline)
    found: dict[tuple[bytes, bytes], Picture] = {}
    for path in sorted(pages.glob("*.png")):
        before = baseline / path.name if baseline else None
        key = (path.read_bytes(), before.read_bytes() if before and before.is_file() else b"")
        if one := found.get(key):
            found[key] = replace(one, also=(*one.also, path.stem))
        else:
            found[key] = _picture(path.stem, *key, note)
    return sorted(found.values(), key=_rank)


def difference(before: bytes, after: bytes) -> tuple[float, bytes]:
    """The share of pixels in which two PNGs of one size differ, 0 to 1, and the second with these marked.

    The second is a WebP; b"" if none differs.
    """
    old, new = opened(before), opened(after)
    mask = pixels.changed(old, new)
    count = pixels.count(mask)
    if count < FEWEST:
        return 0.0, b""
    return count / (old.width * old.height), small(_marked(new, mask))


def small(picture: Image.Image) -> bytes:
    """The picture as a WebP of 256 colours, a quarter of a PNG: a report has dozens."""
    few = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.convert("RGB").save(out, "WEBP", lossless=True, method=2)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    """Without transparency, which screenshots don't have."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def _picture(name: str, png: bytes, before: bytes, note: str) -> Picture:
    """before: the PNG to compare with, b"" if there is none. note: why a difference may be no change."""
    shown = Picture(name, small(opened(png)))
    if not before:
        return shown
    sizes = [opened(one).size for one in (before, png)]
    if sizes[0] != sizes[1]:
        then = "{} by {}".format(*sizes[0])
        return replace(shown, note=f"not compared: the window was {then} pixels")
    if before == png:
        return replace(shown, share=0.0)
    share, marked = difference(before, png)
    if not share:
        return replace(shown, share=0.0)
    return replace(shown, share=share, before=small(opened(before)), marked=marked, note=note)


def _new_browser(pages: Path, baseline: Path | None) -> str:
    """What to say of a difference, if another version of the browser may have made it."""
    if baseline is None:
        return ""
    now, then = _version(pages), _version(baseline)
    return "" if now == then else f"Chromium was {then or 'another version'} then, and is {now} now"


def _version(pages: Path) -> str:
    file = pages / VERSION
    return file.read_text().strip() if file.is_file() else ""


def _rank(picture: Picture) -> tuple[int, float]:
    return ORDER.index(picture.state), -(picture.share or 0)


def _marked(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture paled, so that the marks stand out; each mark is a little larger than the change."""
    pale = Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.6)
    mark = Image.blend(picture, Image.new("RGB", picture.size, MARK), 0.7)
    if box := mask.getbbox():
        box = pixels.grown(box, MARGIN, mask.size)
        larger = mask.crop(box).filter(ImageFilter.MaxFilter(2 * MARGIN + 1))
        pale.paste(mark.crop(box), box, larger)
    return pale
