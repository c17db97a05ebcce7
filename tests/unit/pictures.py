"""Pictures for tests of screenshots, as PNG."""

import io

from PIL import Image, ImageDraw

SIZE = (200, 100)


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def drawn(*boxes: tuple[int, int, int, int], size: tuple[int, int] = SIZE, grey: int = 0) -> bytes:
    """A white picture with grey boxes."""
    picture = Image.new("RGB", size, "white")
    for box in boxes:
        ImageDraw.Draw(picture).rectangle(box, fill=(grey, grey, grey))
    return png(picture)
