"""Pictures for Reins' page, as PNG; without a library for so little."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

#: PNG's filter "up": a row is kept as what it adds to the one above, which is nothing in most of a picture.
UP = 2


def png(frame: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """``frame``: (height, width, 3), RGB from the top left."""
    height, width, _ = frame.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = UP
    flat = frame.reshape(height, 3 * width)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = _chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
