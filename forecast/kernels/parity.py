"""Women by the number of their children: parity progression over a window of ages, many columns side by side.

A column is a trajectory of one area, or an area. Notation: w[k, x] share of the women aged x who have k children
(k = 0, 1, 2, and 3 for three and more), m[k, x] births of order k + 1 per year and woman who has k (the last order is
"third and later" and meets women with two and with three and more alike), u[k, x] the share that could bear. Women die
and move whatever their number of children, so shares need no deaths and no moves. Of the cohort aged x - 1 at the start
of a year, half of the year is lived at either age:

    births of order k + 1 per woman     at age x - 1: m[k, x - 1] u[k, x - 1]     at age x: m[k, x] u[k, x - 1]
    share that goes from k to k + 1     half of m[k, x - 1] + m[k, x], times u[k, x - 1]

so that among women who live, births of an order are what leaves the number of children before it, to the last bit of
rounding. Below the window every woman has no child.

Waiting: from a year on that ``opens`` an order, a share of those who could have borne it then are counted apart; they
bear 1 + ``extra`` times as often, and nobody joins them. What a policy owes to those who had waited falls out of this
stock.

Sources: Henry 1953; Feeney and Yu 1987 (parity progression in China); exposure as in ``forecast.kernels.step``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from forecast.axes import Floats
from forecast.kernels import parity_numpy
from forecast.kernels.twins import Engine, read_only

PARITIES, ORDERS = 4, 3
START, END = 0, 1
MOST = parity_numpy.MOST


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """What the years bring.

    shares   of the women by number of children, the start first       (year + 1, parity, cell, column)
    bearing  births per woman by order: of those who are in a cell at
             the start of the year, and at its end                     (year, order, half, cell, column)
    """

    shares: Floats
    bearing: Floats

    @property
    def total(self) -> Floats:
        """Births per woman of any order (year, half, cell, column)."""
        return np.asarray((self.bearing[:, 0] + self.bearing[:, 1]) + self.bearing[:, 2])


def progress(
    start: Floats,
    rates: Floats,
    factor: Floats,
    extra: Floats | None = None,
    opens: Floats | None = None,
    *,
    moving: bool = True,
    engine: Engine = "numba",
) -> Progress:
    """Carry the shares of all columns over the years.

    start   shares of the launch, columns of size 1 serve all            (parity, cell, column or 1)
    rates   m by calendar year, columns of size 1 serve all              (year, order, cell, column or 1)
    factor  what multiplies them: shocks, policies                       (year, order, column)
    extra   of those who waited, in addition to 1                        (year, order, column); None: nobody waits
    opens   share of those who could bear an order and wait for it,
            in the year at whose start they are counted; 0 elsewhere     (year, order)
    moving  False leaves the shares as they are: rates are then incidence, births per woman of any parity

    No rate goes beyond ``MOST``: a woman bears at most about once a year. ``ValueError`` where shapes do not fit.
    """
    years, columns = factor.shape[0], factor.shape[-1]
    cells = start.shape[1]
    faults = _faults(start, rates, factor, years, cells, columns)
    if extra is not None and extra.shape != (years, ORDERS, columns):
        faults.append(f"extra of shape {extra.shape} is not {(years, ORDERS, columns)}")
    if opens is not None and opens.shape != (years, ORDERS):
        faults.append(f"opens of shape {opens.shape} is not {(years, ORDERS)}")
    if faults:
        raise ValueError("; ".join(faults))
    waits = extra is not None and opens is not None
    out = Progress(np.empty((years + 1, PARITIES, cells, columns)), np.empty((years, ORDERS, 2, cells, columns)))
    out.shares[0] = start
    more = np.zeros((1, ORDERS, columns)) if extra is None else extra
    open_ = np.zeros((years, ORDERS)) if opens is None else opens
    known, times, extras, opened = (read_only(array) for array in (rates, factor, more, open_))
    _kernel(engine).progress(known, times, extras, opened, waits, moving, out.shares, out.bearing)
    return out


def _kernel(engine: Engine) -> ModuleType:
    if engine == "numpy":
        return parity_numpy
    from forecast.kernels import parity_numba

    return parity_numba


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """One area by order of birth and number of children; cells are those of the window but the first.

    births   by order and age of mother                       (year, order, cell, column)
    exposed  mean women of a year by number of children        (year, parity, cell, column)
    women    on 31 December, the launch first                  (year + 1, parity, cell, column)
    """

    births: Floats
    exposed: Floats
    women: Floats


def apart(
    women: Floats,
    survival: Floats,
    dying: Floats,
    shock: Floats,
    by_mother: Floats,
    found: Progress,
    engine: Engine = "numba",
) -> Apart:
    """Take births and women apart by what ``progress`` found.

    women            on 31 December, in the cells of the window                     (year + 1, cell, column)
    survival, dying  S and Q of ``forecast.kernels.paths``, without the first cell  (year, cell)
    shock            factor of the probabilities of dying less 1                    (year, column)
    by_mother        births that the orders must add up to                          (year, cell, column)
    """
    years, cells, columns = by_mother.shape
    out = Apart(
        np.empty((years, ORDERS, cells, columns)),
        np.empty((years, PARITIES, cells, columns)),
        np.empty((years + 1, PARITIES, cells, columns)),
    )
    seen, S, Q, z, born, shares, bearing = (
        read_only(array) for array in (women, survival, dying, shock, by_mother, found.shares, found.bearing)
    )
    _kernel(engine).apart(seen, (S, Q, z), born, shares, bearing, out.births, out.exposed, out.women)
    return out


def cohort(rates: Floats) -> Floats:
    """Children by order that a woman bears who lives through all ages at the rates of one year (order, ...).

    rates  conditional rates, axes behind the age are columns (order, cell, ...)

    The period parity table: progression a0 = children of order 1, a1 = order 2 over order 1, a2 = women who go on to a
    third over order 2; returns (order + 1, ...), the last row those women.
    """
    share = np.zeros((PARITIES, *rates.shape[2:]))
    share[0] = 1.0
    born = np.zeros((ORDERS + 1, *rates.shape[2:]))
    for cell in range(rates.shape[1]):
        gone = [np.minimum(rates[order, cell], MOST) * share[order] for order in range(ORDERS)]
        later = np.minimum(rates[ORDERS - 1, cell], MOST) * share[ORDERS]
        for order in range(ORDERS):
            share[order] -= gone[order]
            share[order + 1] += gone[order]
            born[order] += gone[order]
        born[ORDERS] += gone[ORDERS - 1]
        born[ORDERS - 1] += later
    return born


def _faults(start: Floats, rates: Floats, factor: Floats, years: int, cells: int, columns: int) -> list[str]:
    wanted = (
        ("start", start.shape, (PARITIES, cells), (1, columns)),
        ("rates", rates.shape, (years, ORDERS, cells), (1, columns)),
        ("factor", factor.shape, (years, ORDERS), (columns,)),
    )
    return [
        f"{name} of shape {shape} is not {(*lead, ' or '.join(map(str, last)))}"
        for name, shape, lead, last in wanted
        if shape[:-1] != lead or shape[-1] not in last
    ]
