"""For maintainers: draws the icons of the app as PNG, the same shape as static/icon.svg. Run `python -m web.icons`.

Pure Python: a pin is a circle and a triangle, painted four times as large and averaged down.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent / "static" / "icons"
SIZES = (192, 512)
DARK, WHITE, BLUE = (0x0A, 0x13, 0x2D), (0xFF, 0xFF, 0xFF), (0x0F, 0x69, 0xB4)
# The drawing is 32 units wide, as in icon.svg; OVER points are averaged for each pixel of a side.
UNITS, OVER = 32.0, 4


def icon(size: int) -> npt.NDArray[np.uint8]:
    """A square of size pixels, (size, size, 3): a white pin on dark ground, for any mask that phones cut."""
    steps = (np.arange(size * OVER) + 0.5) * UNITS / (size * OVER)
    x, y = np.meshgrid(steps, steps)
    away = np.hypot(x - 16, y - 13)
    # Below the circle the pin runs to its point in straight lines that touch the circle.
    tail = (y >= 13) & (y <= 27) & (np.abs(x - 16) <= 8 * (27 - y) / 14)
    painted = np.full((*x.shape, 3), DARK, float)
    painted[(away <= 8) | tail] = WHITE
    painted[away <= 3.4] = BLUE
    averaged = painted.reshape(size, OVER, size, OVER, 3).mean(axis=(1, 3))
    return np.rint(averaged).astype(np.uint8)


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """The pixels as a PNG file, always the same bytes."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (_part(b"IHDR", head), _part(b"IDAT", zlib.compress(rows, 9)), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def main() -> None:
    """Write every size."""
    FOLDER.mkdir(exist_ok=True)
    for size in SIZES:
        (FOLDER / f"icon-{size}.png").write_bytes(png(icon(size)))


if __name__ == "__main__":
    main()
