"""Which pixels of two screenshots a person sees as different. Pure.

Colours are compared as the eye weighs them: lightness before hue, as YIQ of television has it. Where an edge
is smoothed, a browser may choose another shade in the next run: no difference.
"""

from collections.abc import Iterator, Sequence

from PIL import Image, ImageChops, ImageFilter

# Of 255: a grey pixel that is lighter or darker by so much counts as changed.
VISIBLE = 6
# So many pixels can't be smoothed edges alone, and looking at each would take seconds.
MOST_ON_EDGES = 20_000
# Per channel: its part of red, green and blue; how much it weighs.
_YIQ = (
    ((0.299, 0.587, 0.114, 0), 0.5053),
    ((0.596, -0.274, -0.322, 152), 0.299),
    ((0.211, -0.523, 0.311, 133), 0.1957),
)
# Of 255: I and Q have a wider range than a byte.
_SHRUNK = (1, 0.83, 0.95)

# Left, top, right and bottom.
Box = tuple[int, int, int, int]


def changed(old: Image.Image, new: Image.Image) -> Image.Image:
    """A mask: white where two RGB pictures of one size differ, black elsewhere."""
    mask = Image.new("L", old.size)
    if box := ImageChops.difference(old, new).getbbox():
        # Most of a page is the same. An edge reaches two pixels further.
        box = grown(box, 2, old.size)
        before, after = old.crop(box), new.crop(box)
        mask.paste(_without_edges(_visible(before, after), before, after), box)
    return mask


def grown(box: Box, by: int, size: tuple[int, int]) -> Box:
    """The box, larger on each side, within a picture of that size."""
    left, top, right, bottom = box
    return max(left - by, 0), max(top - by, 0), min(right + by, size[0]), min(bottom + by, size[1])


def count(mask: Image.Image) -> int:
    """How many pixels of a mask are white."""
    return mask.histogram()[255]


def _visible(old: Image.Image, new: Image.Image) -> Image.Image:
    """The mask of the pixels whose colours are far enough from each other."""
    total = Image.new("L", old.size)
    for (matrix, weight), shrunk in zip(_YIQ, _SHRUNK, strict=True):
        scaled = tuple(part * shrunk for part in matrix)
        apart = ImageChops.difference(old.convert("L", scaled), new.convert("L", scaled))
        total = ImageChops.add(total, apart.point(_squares(weight, shrunk)))
    return total.point([0] * 128 + [255] * 128)


def _squares(weight: float, shrunk: float) -> list[int]:
    """Per distance in a channel: its part of the whole distance, squared. 128 is VISIBLE of grey."""
    least = _YIQ[0][1] * VISIBLE**2
    return [min(255, round(128 * weight * (apart / shrunk) ** 2 / least)) for apart in range(256)]


def _without_edges(mask: Image.Image, old: Image.Image, new: Image.Image) -> Image.Image:
    if count(mask) > MOST_ON_EDGES:
        return mask
    light = [picture.convert("L").tobytes() for picture in (old, new)]
    found, width = bytearray(mask.tobytes()), mask.width
    for place in list(_white(found)):
        if _is_smoothed(place, width, light) or _is_smoothed(place, width, light[::-1]):
            found[place] = 0
    certain = Image.frombytes("L", mask.size, bytes(found))
    # The edges of what has changed have changed, too.
    return ImageChops.darker(mask, certain.filter(ImageFilter.MaxFilter(3)))


def _white(mask: bytes | bytearray) -> Iterator[int]:
    place = mask.find(255)
    while place >= 0:
        yield place
        place = mask.find(255, place + 1)


def _is_smoothed(place: int, width: int, light: Sequence[bytes]) -> bool:
    """Whether a pixel of the first picture lies between a lighter and a darker area that are in both."""
    first = light[0]
    around = _around(place, width, len(first))
    values = [first[other] for other in around]
    own = first[place]
    if len(around) < 8 or values.count(own) > 2 or not min(values) < own < max(values):
        return False
    sides = (around[values.index(min(values))], around[values.index(max(values))])
    return any(all(_is_flat(side, width, one) for one in light) for side in sides)


def _is_flat(place: int, width: int, light: bytes) -> bool:
    """Whether a pixel is of an area of one colour."""
    own = light[place]
    return sum(light[other] == own for other in _around(place, width, len(light))) > 2


def _around(place: int, width: int, size: int) -> list[int]:
    """The pixels around one, without those outside of the picture."""
    column = place % width
    columns = range(max(column - 1, 0), min(column + 2, width))
    rows = (place - column - width, place - column, place - column + width)
    return [row + x for row in rows if 0 <= row < size for x in columns if row + x != place]
