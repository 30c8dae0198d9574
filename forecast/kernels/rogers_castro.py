"""Rogers and Castro's model of migration by age: childhood, labour force, retirement, old age and a constant.

m(x) = a1 exp(-alpha1 x) + a2 exp(-alpha2 (x - mu2) - exp(-lambda2 (x - mu2)))
     + a3 exp(-alpha3 (x - mu3) - exp(-lambda3 (x - mu3))) + a4 exp(lambda4 x) + c

Source: Rogers and Castro 1981, Model Migration Schedules, IIASA RR-81-30.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from scipy.optimize import least_squares, nnls

from forecast.axes import Floats, frozen

Kind = Literal[7, 9, 11, 13]
Criterion = Literal["aic", "bic"]

CHILDHOOD = ("a1", "alpha1")
LABOUR = ("a2", "alpha2", "mu2", "lambda2")
RETIREMENT = ("a3", "alpha3", "mu3", "lambda3")
OLD_AGE = ("a4", "lambda4")
NAMES: dict[int, tuple[str, ...]] = {
    7: (*CHILDHOOD, *LABOUR, "c"),
    9: (*CHILDHOOD, *LABOUR, *OLD_AGE, "c"),
    11: (*CHILDHOOD, *LABOUR, *RETIREMENT, "c"),
    13: (*CHILDHOOD, *LABOUR, *RETIREMENT, *OLD_AGE, "c"),
}
"""The order of the parameters of each kind."""
FUNDAMENTAL = frozen(np.array([0.02, 0.10, 0.06, 0.10, 20.0, 0.40, 0.003]))
"""The fundamental values of the seven parameters (Rogers and Castro 1981), for rates that sum to about one."""

BOUNDS = {
    "alpha1": (0.01, 2.0),
    "alpha2": (0.01, 1.0),
    "mu2": (10.0, 45.0),
    "lambda2": (0.05, 4.0),
    "alpha3": (0.01, 2.0),
    "mu3": (45.0, 100.0),
    "lambda3": (0.03, 2.0),
    "lambda4": (0.002, 0.2),
}
"""Where a fit looks; the heights a1 .. a4 and c are only bound not to be negative."""
STARTS = {
    "alpha1": (0.05, 0.1, 0.2),
    "alpha2": (0.05, 0.1, 0.2),
    "mu2": (17.0, 20.0, 25.0, 32.0),
    "lambda2": (0.15, 0.4, 1.0),
    "alpha3": (0.15, 0.8),
    "mu3": (60.0, 66.0, 80.0),
    "lambda3": (0.15, 0.6),
    "lambda4": (0.02, 0.07),
}
TRIED = 5
"""How many of the best starts, each with another labour peak, are followed to their end."""
FOLLOWED = 3
"""How many ends of the least squares of counts begin a search for the greatest likelihood."""
ACCURACY = 1e-12
STEEPEST = 500.0
"""Exponent above which exp(-exp(.)) is zero in any case."""
FLOOR = 1e-6
"""Smallest rate, relative to the largest, by which a variance is told; and smallest misfit that is told from none."""


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A fitted schedule.

    parameters  in the order of ``NAMES``; several sets may give the same curve             (7, 9, 11 or 13,)
    misfit      weighted sum of squares, or the deviance of a fit to counts
    aic, bic    information criteria, to compare kinds fitted to the same data; less is better
    """

    parameters: Floats
    misfit: float
    aic: float
    bic: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", frozen(self.parameters))

    def rates(self, ages: Floats) -> Floats:
        """Rates at exact ages (age,)."""
        return schedule(self.parameters, ages)

    @property
    def named(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(zip(NAMES[len(self.parameters)], self.parameters.tolist(), strict=True))


Solver = Callable[[Kind, list[Floats], list[dict[str, float]]], Schedule]
"""From a kind, starts of its shapes and the parameters of nested kinds to the best fit of that kind."""


def schedule(parameters: Floats, ages: Floats) -> Floats:
    """Rates (..., age) of parameters (..., 7, 9, 11 or 13), in the order of ``NAMES``, at exact ages (age,).

    A rate of people aged x in completed years belongs to the exact age x + 0.5.

    >>> schedule(FUNDAMENTAL, np.array([20.0])).round(6)
    array([0.027779])
    """
    names = NAMES.get(parameters.shape[-1])
    if names is None:
        raise ValueError(f"{parameters.shape[-1]} parameters are none of 7, 9, 11 and 13")
    told = {name: parameters[..., place, None] for place, name in enumerate(names)}
    rates = told["a1"] * _fall(told["alpha1"], ages)
    rates = rates + told["a2"] * _peak(told["alpha2"], told["mu2"], told["lambda2"], ages)
    if "a3" in told:
        rates = rates + told["a3"] * _peak(told["alpha3"], told["mu3"], told["lambda3"], ages)
    if "a4" in told:
        rates = rates + told["a4"] * np.exp(told["lambda4"] * ages)
    return np.asarray(rates + told["c"])


def fit(
    rates: Floats, weights: Floats | None = None, *, ages: Floats | None = None, kind: Kind | Criterion = 7
) -> Schedule:
    """The schedule of least weighted squares: sum of weights (rates - m)^2.

    rates    migrants per person, not negative                            (age,)
    weights  inverse variances up to a factor, by default all equal       (age,)
    ages     exact ages, by default the middles 0.5, 1.5 .. of single ages (age,)
    kind     how many parameters, or the criterion that chooses among the four

    The heights are linear and are solved exactly, not negative, within a search of the rest (variable projection: Golub
    and Pereyra 1973, in Kaufman's form 1975). Starts are a fixed grid and the smaller kinds' solutions, so that a kind
    never fits worse than one nested in it.
    """
    weights = np.ones_like(rates) if weights is None else weights
    exact = _middles(rates.size) if ages is None else ages
    _refuse(rates, weights, exact)
    root = np.sqrt(weights / weights.max())

    def solve(inner: Kind, starts: list[Floats], _: list[dict[str, float]]) -> Schedule:
        shape = _search(rates, root, exact, inner, starts)[0]
        heights = _heights(shape, rates, root, exact, inner)[0]
        found = _assemble(shape, heights, inner)
        squares = float((weights * (rates - schedule(found, exact)) ** 2).sum())
        least = FLOOR**4 * float((weights * rates**2).sum())
        spread = rates.size * np.log(max(squares, least, 1e-300) / rates.size)
        return Schedule(found, squares, spread + 2 * inner, spread + inner * np.log(rates.size))

    return _chosen(solve, kind)


def fit_counts(counts: Floats, exposure: Floats, *, ages: Floats | None = None, kind: Kind | Criterion = 7) -> Schedule:
    """The schedule of greatest Poisson likelihood of counts.

    counts    migrants, not negative                                        (age,)
    exposure  person-years at risk; ages without any say nothing            (age,)
    ages      exact ages, by default the middles 0.5, 1.5 .. of single ages (age,)
    kind      how many parameters, or the criterion that chooses among the four

    Least squares with the variances of nearby counts give the start, and the deviance is then made least over all
    parameters at once.
    """
    lived = exposure > 0
    exact = (_middles(counts.size) if ages is None else ages)[lived]
    counts, exposure = counts[lived], exposure[lived]
    rates = counts / exposure
    _refuse(rates, exposure, exact)

    root = np.sqrt(exposure * _near(exposure) / (_near(counts) + 0.5))
    root = root / root.max()

    def solve(inner: Kind, starts: list[Floats], nested: list[dict[str, float]]) -> Schedule:
        shapes = _search(rates, root, exact, inner, starts)[:FOLLOWED]
        tried = [_assemble(shape, _heights(shape, rates, root, exact, inner)[0], inner) for shape in shapes]
        tried += [_widened(smaller, tried[0], inner) for smaller in nested]
        ends = [_likeliest(start, counts, exposure, exact, inner) for start in tried]
        deviance, found = min(ends, key=lambda end: end[0])
        return Schedule(found, deviance, deviance + 2 * inner, deviance + inner * np.log(rates.size))

    return _chosen(solve, kind)


def _middles(count: int) -> Floats:
    """Exact ages at the middle of single years of age, from 0.5."""
    return np.arange(count, dtype=np.float64) + 0.5


def _widened(smaller: dict[str, float], other: Floats, kind: Kind) -> Floats:
    """A nested kind's parameters; what it lacks has height none and another start's shape."""
    lacking = {name: value if name in BOUNDS else 0.0 for name, value in zip(NAMES[kind], other, strict=True)}
    return np.array([(lacking | smaller)[name] for name in NAMES[kind]])


def _near(values: Floats) -> Floats:
    """Sums over seven ages, fewer at the ends."""
    return np.asarray(np.convolve(values, np.ones(7), "same"))


def _likeliest(start: Floats, counts: Floats, exposure: Floats, ages: Floats, kind: Kind) -> tuple[float, Floats]:
    """The least Poisson deviance near a start and its parameters, by least squares of the deviance's signed roots."""
    free = np.array([name in BOUNDS for name in NAMES[kind]])
    low, high = (np.array([BOUNDS.get(name, (0.0, np.inf))[side] for name in NAMES[kind]]) for side in (0, 1))
    # people expected are never quite none, so that a count among them stays possible
    least = FLOOR * counts.sum() / counts.size

    def misses(parameters: Floats) -> Floats:
        return _roots(counts, np.maximum(exposure * schedule(parameters, ages), least))

    def slopes(parameters: Floats) -> Floats:
        fitted = exposure * schedule(parameters, ages)
        turned = np.zeros((ages.size, free.size))
        turned[:, ~free] = _columns(parameters[free], ages, kind)
        turned[:, free] = _gradient(parameters[free], parameters[~free], ages, kind)
        safe = np.maximum(fitted, least)
        root = _roots(counts, safe)
        flat = np.abs(root) < FLOOR
        slope = np.where(flat, -1.0 / np.sqrt(safe), (1.0 - counts / safe) / np.where(flat, 1.0, root))
        return np.asarray((slope * exposure * (fitted >= least))[:, None] * turned)

    return _descend(misses, slopes, start, low, high)


def _roots(counts: Floats, fitted: Floats) -> Floats:
    """Signed square roots of what each age adds to the Poisson deviance (age,)."""
    logs = np.log(np.divide(counts, fitted, out=np.ones_like(counts), where=counts > 0))
    parts = np.maximum(2.0 * (counts * logs - (counts - fitted)), 0.0)
    return np.asarray(np.sign(counts - fitted) * np.sqrt(parts))


def _refuse(rates: Floats, weights: Floats, ages: Floats) -> None:
    if not rates.shape == weights.shape == ages.shape or rates.ndim != 1:
        raise ValueError(f"rates, weights and ages of shapes {rates.shape}, {weights.shape} and {ages.shape}")
    if rates.size <= max(NAMES):
        raise ValueError(f"{rates.size} ages are too few for a schedule of up to {max(NAMES)} parameters")
    if not np.isfinite(rates).all() or (rates < 0).any() or (weights < 0).any() or not weights.any():
        raise ValueError("rates and weights must be finite and not negative, and some weight positive")


def _chosen(
    solve: Callable[[Kind, list[Floats], list[dict[str, float]]], Schedule], kind: Kind | Criterion
) -> Schedule:
    """Fit the kinds up to the one wanted, each from the grid and from those nested in it."""
    found: dict[int, Schedule] = {}
    kinds: tuple[Kind, ...] = (7, 9, 11, 13)
    for inner in kinds:
        if isinstance(kind, int) and not set(NAMES[inner]) <= set(NAMES[kind]):
            continue
        nested = [fitted.named for fitted in found.values() if set(fitted.named) < set(NAMES[inner])]
        found[inner] = solve(inner, _starts(inner, nested), nested)
    if isinstance(kind, int):
        return found[kind]
    return min(found.values(), key=lambda fitted: fitted.aic if kind == "aic" else fitted.bic)


def _shapes(kind: Kind) -> tuple[str, ...]:
    """The parameters that are not heights."""
    return tuple(name for name in NAMES[kind] if name in BOUNDS)


def _starts(kind: Kind, nested: list[dict[str, float]]) -> list[Floats]:
    """The whole grid, but for 13 parameters, and the nested solutions with a grid of what they lack."""
    starts = []
    for known in nested if kind == 13 else [{}, *nested]:
        grids = [(known[name],) if name in known else STARTS[name] for name in _shapes(kind)]
        starts += [np.array(point) for point in product(*grids)]
    return starts


def _search(rates: Floats, root: Floats, ages: Floats, kind: Kind, starts: list[Floats]) -> list[Floats]:
    """The shape parameters of least squares that the best starts lead to, the best first and none twice."""
    low, high = (np.array([BOUNDS[name][side] for name in _shapes(kind)]) for side in (0, 1))
    size = max(float(np.sqrt(((root * rates) ** 2).sum())), 1e-300)

    def misses(shape: Floats) -> Floats:
        heights, columns = _heights(shape, rates, root, ages, kind)
        return np.asarray((columns @ heights - root * rates) / size)

    def slopes(shape: Floats) -> Floats:
        heights, columns = _heights(shape, rates, root, ages, kind)
        turned = root[:, None] * _gradient(shape, heights, ages, kind)
        free = np.linalg.qr(columns[:, heights > 0])[0]
        return np.asarray((turned - free @ (free.T @ turned)) / size)

    squares = [float((misses(start) ** 2).sum()) for start in starts]
    order = np.argsort(squares, kind="stable")
    apart = {tuple(starts[number][2:4].tolist()): number for number in order[::-1]}
    tried = sorted(apart.values(), key=lambda number: squares[number])[:TRIED]
    ends = {squares[order[0]]: starts[order[0]]}
    for number in tried:
        reached, shape = _descend(misses, slopes, starts[number], low, high)
        ends.setdefault(float(f"{reached:.6g}"), shape)
    return [ends[reached] for reached in sorted(ends)]


def _descend(
    misses: Callable[[Floats], Floats], slopes: Callable[[Floats], Floats], start: Floats, low: Floats, high: Floats
) -> tuple[float, Floats]:
    """The sum of squares and the point that a start within bounds leads to."""
    found = least_squares(
        misses,
        np.clip(start, low, high),
        jac=slopes,
        bounds=(low, high),
        x_scale="jac",
        ftol=ACCURACY,
        xtol=ACCURACY,
        gtol=ACCURACY,
        max_nfev=300,
    )
    return 2.0 * float(found.cost), np.asarray(found.x, dtype=np.float64)


def _heights(shape: Floats, rates: Floats, root: Floats, ages: Floats, kind: Kind) -> tuple[Floats, Floats]:
    """Heights, the constant last, that fit best under these shapes, and the weighted columns (age, height)."""
    columns = root[:, None] * _columns(shape, ages, kind)
    size = np.maximum(np.sqrt((columns**2).sum(axis=0)), 1e-300)
    heights, _ = nnls(columns / size, root * rates)
    return np.asarray(heights / size), columns


def _columns(shape: Floats, ages: Floats, kind: Kind) -> Floats:
    """Each component at height one, the constant last (age, height)."""
    told = dict(zip(_shapes(kind), shape, strict=True))
    columns = [_fall(told["alpha1"], ages), _peak(told["alpha2"], told["mu2"], told["lambda2"], ages)]
    if "mu3" in told:
        columns.append(_peak(told["alpha3"], told["mu3"], told["lambda3"], ages))
    if "lambda4" in told:
        columns.append(np.exp(told["lambda4"] * ages))
    return np.stack([*columns, np.ones_like(ages)], axis=1)


def _gradient(shape: Floats, heights: Floats, ages: Floats, kind: Kind) -> Floats:
    """How the curve moves with each shape parameter while the heights stay (age, shape)."""
    told = dict(zip(_shapes(kind), shape, strict=True))
    columns = [-heights[0] * ages * _fall(told["alpha1"], ages)]
    peaks = ("2", "3") if "mu3" in told else ("2",)
    for place, number in enumerate(peaks, start=1):
        alpha, mu, bend = told["alpha" + number], told["mu" + number], told["lambda" + number]
        value = heights[place] * _peak(alpha, mu, bend, ages)
        past = ages - mu
        # exp(-bend * past) times the peak is at most finite: the peak falls faster than it grows
        rise = value * np.exp(np.minimum(-bend * past, STEEPEST))
        columns += [-past * value, alpha * value - bend * rise, past * rise]
    if "lambda4" in told:
        columns.append(heights[-2] * ages * np.exp(told["lambda4"] * ages))
    return np.stack(columns, axis=1)


def _assemble(shape: Floats, heights: Floats, kind: Kind) -> Floats:
    """Shapes and heights in the order of ``NAMES``."""
    told = dict(zip(_shapes(kind), shape, strict=True))
    told |= dict(zip((name for name in NAMES[kind] if name not in BOUNDS), heights, strict=True))
    return np.array([told[name] for name in NAMES[kind]])


def _fall(alpha: Floats | float, ages: Floats) -> Floats:
    return np.asarray(np.exp(-alpha * ages))


def _peak(alpha: Floats | float, mu: Floats | float, bend: Floats | float, ages: Floats) -> Floats:
    return np.asarray(np.exp(-alpha * (ages - mu) - np.exp(np.minimum(-bend * (ages - mu), STEEPEST))))
