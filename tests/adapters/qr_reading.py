"""Reads a QR code of version 2 to 6 the way a telephone does, from its modules alone, without correcting errors.

Written against ISO/IEC 18004 and without the library that draws, so that the two check each other.
"""

from collections.abc import Callable, Iterator

Modules = list[list[bool]]
# Level M: how many data codewords each block holds.
_BLOCKS = {2: (28,), 3: (44,), 4: (32, 32), 5: (43, 43), 6: (27, 27, 27, 27)}
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def read_qr(modules: Modules) -> str:
    """Returns the text of a symbol of level M in byte mode."""
    version = (len(modules) - 17) // 4
    blocks = _BLOCKS[version]
    bits = list(_bits(modules, version))
    words = [_number(bits[i : i + 8]) for i in range(0, 8 * sum(blocks), 8)]
    data = [word for block in range(len(blocks)) for word in words[block :: len(blocks)]]
    stream = [bool(word >> (7 - i) & 1) for word in data for i in range(8)]
    if _number(stream[:4]) != 4:
        raise ValueError("not in byte mode")
    length = _number(stream[4:12])
    return bytes(_number(stream[12 + 8 * i : 20 + 8 * i]) for i in range(length)).decode()


def _bits(modules: Modules, version: int) -> Iterator[bool]:
    size = len(modules)
    mask = _MASKS[_number([modules[8][x] for x in (2, 3, 4)]) ^ 0b101]
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (right, right - 1):
                if not _of_the_frame(y, x, size, version):
                    yield modules[y][x] != mask(y, x)
        upwards = not upwards


def _of_the_frame(y: int, x: int, size: int, version: int) -> bool:
    finders = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
    centre = 4 * version + 10
    alignment = abs(y - centre) <= 2 and abs(x - centre) <= 2
    return finders or alignment or y == 6 or x == 6


def _number(bits: list[bool]) -> int:
    return sum(bit << (len(bits) - 1 - i) for i, bit in enumerate(bits))
