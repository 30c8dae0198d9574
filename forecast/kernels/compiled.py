"""How kernels are compiled. Imported only where one runs: numba takes about half a second to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile with a cache on disk, or without one where no folder can be written.

    No fast-math: operations keep their order, so that a twin in numpy gives the same bits. The interpreter's lock is
    let go, so that threads share the work.
    """
    try:
        made: F = numba.njit(function, cache=True, nogil=True, fastmath=False)
    except RuntimeError:
        made = numba.njit(function, nogil=True, fastmath=False)
    return made
