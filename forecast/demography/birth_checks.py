"""How well a birth regression does: on the record it was fitted to, and from origins at which it knew less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.birth_history import BirthHistory
from forecast.demography.birth_regression import BirthRegression, FittedBirthRegression


@dataclass(frozen=True, slots=True, eq=False)
class InSample:
    """A fit against its own record, all areas together.

    periods          those with births on record
    births, fitted   (period,)
    errors           fitted over births, less 1                        (period,)
    dispersion, freedom, deviance   as in ``birth_glm.Solved``
    autocorrelation  of the errors from one known period to the next
    """

    periods: tuple[int, ...]
    births: Floats
    fitted: Floats
    dispersion: float
    freedom: float
    deviance: float

    @property
    def errors(self) -> Floats:
        """Relative errors (period,)."""
        return np.asarray(self.fitted / self.births - 1.0)

    @property
    def autocorrelation(self) -> float:
        """First-order, of the errors about 0."""
        errors = self.errors
        return float((errors[1:] * errors[:-1]).sum() / (errors**2).sum()) if (errors**2).sum() > 0.0 else 0.0

    def within(self, periods: range) -> tuple[float, float, int]:
        """Mean and largest absolute error of some periods, and the period of the largest."""
        rows = [(abs(float(error)), period) for period, error in zip(self.periods, self.errors, strict=True)]
        chosen = [row for row in rows if row[1] in periods]
        worst = max(chosen)
        return float(np.mean([error for error, _ in chosen])), worst[0], worst[1]


def in_sample(fitted: FittedBirthRegression) -> InSample:
    """The record and the fit side by side."""
    history, solved = fitted.history, fitted.solved
    known = np.flatnonzero(history.known)
    return InSample(
        tuple(history.periods[place] for place in known),
        history.births.sum(axis=1)[known],
        fitted.expected[known],
        solved.dispersion,
        solved.freedom,
        solved.deviance,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Forecasts from rolling origins and what came.

    origins   last period that was known
    actual, model   births (origin, step, area); actual NaN after the record
    constant  the births per exposure of the origin, for good     (origin, step, area)
    naive     the births of the origin, for good                  (origin, step, area)
    """

    origins: tuple[int, ...]
    actual: Floats
    model: Floats
    constant: Floats
    naive: Floats

    def errors(self, method: str, step: int, *, together: bool = True) -> Floats:
        """Relative errors of ``model``, ``constant`` or ``naive`` after so many steps (origin,) or (origin, area).

        together  of all areas' sum; origins whose outcome is not on record are left out
        """
        made, came = getattr(self, method)[:, step - 1], self.actual[:, step - 1]
        seen = np.isfinite(came).all(axis=1)
        made, came = made[seen], came[seen]
        if together:
            made, came = made.sum(axis=1), came.sum(axis=1)
        return np.asarray(made / came - 1.0)

    def mape(self, method: str, step: int, *, together: bool = True) -> float:
        """Mean absolute relative error after so many steps."""
        return float(np.abs(self.errors(method, step, together=together)).mean())


def rolling(
    regression: BirthRegression,
    history: BirthHistory,
    origins: range,
    steps: int,
    ahead: Callable[[int], Floats] | None = None,
) -> Trials:
    """Fit to what was on record at each origin, forecast, and set beside it two methods that need no fit.

    ahead  the exposure that could be told at an origin (step, area); without it the exposure is taken as it came

    The mothers of the years ahead were born, and all methods share their exposure. Marriages are known up to the
    origin, and so is every policy announced by then; how long its effect lasts is the term's own.
    """
    kinds: dict[str, list[Floats]] = {name: [] for name in ("actual", "model", "constant", "naive")}
    for origin in origins:
        place = history.periods.index(origin)
        later = slice(place + 1, place + 1 + steps)
        periods, exposure = history.periods[later], history.exposure[later]
        if ahead is not None:
            exposure = ahead(origin)[: len(periods)]
        rates = history.births[place] / history.exposure[place]
        made = {
            "actual": history.births[later],
            "model": regression.fit(history.until(origin)).predict(periods, exposure) if periods else exposure,
            "constant": rates * exposure,
            "naive": np.repeat(history.births[place][None], len(periods), axis=0),
        }
        for name, value in made.items():
            blank = np.full((steps - len(value), value.shape[1]), np.nan)
            kinds[name].append(np.concatenate([value, blank]))
    return Trials(tuple(origins), *(np.stack(kinds[name]) for name in ("actual", "model", "constant", "naive")))
