"""Compares screenshots, and ignores what antialiasing changes."""

import io
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from understudy.report.page import Picture

# Of 255, after a blur: a pixel of an antialiased edge differs by less.
VISIBLE = 24
MARK = (214, 40, 40)
# Pixels that a mark is larger than the change, on each side.
MARGIN = 2

# Left, top, right and bottom.
Box = tuple[int, int, int, int]


def gather(pages: Path, baseline: Path | None) -> list[Picture]:
    """The screenshots in `pages`, each compared with the one of the same name in `baseline`."""
    return [_picture(path, baseline) for path in sorted(pages.glob("*.png"))]


def _picture(path: Path, baseline: Path | None) -> Picture:
    png = path.read_bytes()
    before = baseline / path.name if baseline else None
    if before is None or not before.is_file():
        return Picture(path.stem, small(png))
    share, marked = difference(before.read_bytes(), png)
    return Picture(path.stem, small(png), share, marked)


def small(png: bytes) -> bytes:
    """The PNG in 256 colours, a third of the bytes: a report page has dozens of them."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    fast = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    fast.save(out, "PNG")
    return min(png, out.getvalue(), key=len)


def difference(before: bytes, after: bytes) -> tuple[float, bytes]:
    """The share of pixels in which two PNGs differ, 0 to 1, and the second PNG with these marked.

    No PNG if none differs. If the sizes differ, the pixels that only one of them has count as changed.
    """
    old, new = (Image.open(io.BytesIO(png)).convert("RGB") for png in (before, after))
    size = (max(old.width, new.width), max(old.height, new.height))
    changed = _changed(_on_canvas(old, size), _on_canvas(new, size))
    _blank_outside(changed, old.size, new.size)
    share = changed.histogram()[255] / (size[0] * size[1])
    return share, _marked(_on_canvas(new, size), changed) if share else b""


def _on_canvas(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    canvas = Image.new("RGB", size, "white")
    canvas.paste(picture)
    return canvas


def _changed(old: Image.Image, new: Image.Image) -> Image.Image:
    """A mask: white where the pictures differ, black elsewhere."""
    mask = Image.new("L", old.size)
    if box := ImageChops.difference(old, new).getbbox():
        # Most of a page is the same. A blur reaches a pixel further.
        box = _grown(box, 2, old.size)
        mask.paste(_differing(old.crop(box), new.crop(box)), box)
    return mask


def _differing(old: Image.Image, new: Image.Image) -> Image.Image:
    blurred = (picture.filter(ImageFilter.BoxBlur(1)) for picture in (old, new))
    red, green, blue = ImageChops.difference(*blurred).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([0] * VISIBLE + [255] * (256 - VISIBLE))


def _grown(box: Box, by: int, size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return max(left - by, 0), max(top - by, 0), min(right + by, size[0]), min(bottom + by, size[1])


def _blank_outside(changed: Image.Image, *sizes: tuple[int, int]) -> None:
    for width, height in sizes:
        changed.paste(255, (width, 0, changed.width, changed.height))
        changed.paste(255, (0, height, changed.width, changed.height))


def _marked(picture: Image.Image, changed: Image.Image) -> bytes:
    """The picture paled, so that the marks stand out; each mark is a little larger than the change."""
    pale = Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.6)
    mark = Image.blend(picture, Image.new("RGB", picture.size, MARK), 0.7)
    if box := changed.getbbox():
        box = _grown(box, MARGIN, changed.size)
        pale.paste(
            mark.crop(box), box, changed.crop(box).filter(ImageFilter.MaxFilter(2 * MARGIN + 1))
        )
    out = io.BytesIO()
    pale.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()
