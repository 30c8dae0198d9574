"""What kernels with a compiled twin have in common."""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecast.axes import Floats

Engine = Literal["numpy", "numba"]
"""Which of the two does the work; both give the same bits."""


def read_only(array: Floats) -> Floats:
    """A contiguous view that cannot be written: one compiled signature serves frozen and plain arrays alike."""
    view = np.ascontiguousarray(array, dtype=np.float64).view()
    view.flags.writeable = False
    return view
