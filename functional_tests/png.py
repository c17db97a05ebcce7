"""Makes a picture to upload."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BIT_DEPTH, TRUE_COLOR = 8, 2


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    """A PNG file of a single color."""
    header = struct.pack(">IIBBBBB", width, height, BIT_DEPTH, TRUE_COLOR, 0, 0, 0)
    row = b"\0" + bytes(color) * width
    return (
        SIGNATURE
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )
