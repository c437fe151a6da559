"""Random streams by purpose: a component has the same history in every portfolio.

What is promised: the bits of PCG64 for a seed and a key are the same on every machine and in every
release of numpy. Uniform numbers made of them are too. Normal and exponential numbers are the same
for one release of numpy (its compatibility policy, NEP 19, allows a new release to draw them
otherwise), up to the last bits of ``exp`` and ``log`` of the machine's C library. Figures are
therefore printed with fewer digits than a double has.
"""

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK_YEARS: Final = 1_000
"""Years drawn from one stream. Fixed, so that blocks can be drawn in any order."""
GENERATOR: Final = "PCG64"


def stream(seed: int, purpose: str, name: str, block: int) -> np.random.Generator:
    """The generator for a purpose (``outage lengths``), an entity's name and a block of years."""
    digest = blake2b(f"{purpose}\0{name}".encode(errors="surrogatepass"), digest_size=16).digest()
    words = [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4)]
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(*words, block)))
    )


def threads_for(blocks: int) -> int:
    """Threads worth starting: the results do not depend on their number."""
    return max(1, min(2, blocks))
