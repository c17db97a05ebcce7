"""Makes a picture to upload."""

import random
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BIT_DEPTH, TRUE_COLOR = 8, 2


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    """A PNG file of noise, which does not compress: about three bytes per pixel. The same each time."""
    noise = random.Random(0)  # noqa: S311 - no secret
    header = struct.pack(">IIBBBBB", width, height, BIT_DEPTH, TRUE_COLOR, 0, 0, 0)
    rows = b"".join(b"\0" + noise.randbytes(3 * width) for _ in range(height))
    return (
        SIGNATURE
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, level=0))
        + chunk(b"IEND", b"")
    )
