"""A regression of births: a GLM with women by age as offset, known effects as priors, and a level that walks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.axes import Floats
from forecast.demography.birth_glm import Rows, Solved, solve
from forecast.demography.birth_history import BirthHistory
from forecast.demography.birth_pooling import Pooled, pool
from forecast.demography.birth_terms import Calendar, Marriages, Prior, Term
from forecast.demography.noise import BIRTHS, TYPICAL, Draws, Wave
from forecast.errors import TooLittleHistory

Family = Literal["poisson", "negative-binomial"]
LEVEL, TREND, MARRIAGES, BEFORE = "level", "trend", "marriages", "marriages unknown"
STEADY = Prior(0.0, 0.02, "assumed")
"""Before the data are seen: no change of the level from year to year, give or take 2 percent."""
ALIKE, APART = Wave(0.04, 0.98, 0.5), TYPICAL.births.own
"""Shocks of trajectories: what all areas share, by the errors of rolling origins (docs/births.md); each area's own."""
FEWEST = 4
"""Periods with births below which nothing is fitted."""


@dataclass(frozen=True, slots=True)
class BirthRegression:
    """log births = log exposure + level + trend + terms + marriages + season + a walk of the level, all areas together.

    terms      policies, years of the zodiac, breaks of basis
    marriages  the term of marriages; None leaves it out
    trend      prior of the yearly change of the log
    damping    share of the trend that goes on a year later, beyond the record
    walk       standard deviation of a yearly step of the level that no term explains (log); 0 gives a straight line
    carried    share of such a step that goes on in the next year
    family     Poisson with a dispersion (quasi-likelihood), or negative-binomial
    lags       years over which errors may hang together (HAC, Newey and West 1987)
    fading     weight of a year, against the next one, in what the areas' own levels are taken from
    shared, own   shocks of trajectories: of all areas, and of each

    Every prior, and every step of the walk, enters as a pseudo-observation: a count of 1 where exp(coefficient - mean)
    is expected, with weight 1 / sd^2. It is the gamma prior of a rate (McCullagh and Nelder 1989, section 6.2 for the
    quasi-likelihood). Areas share each period's shocks, so errors are those of their sum (Driscoll and Kraay 1998).
    """

    terms: tuple[Term, ...] = ()
    marriages: Marriages | None = None
    trend: Prior = STEADY
    damping: float = 0.9
    walk: float = 0.03
    carried: float = 0.6
    family: Family = "poisson"
    lags: int = 2
    fading: float = 0.4
    shared: Wave = ALIKE
    own: Wave = APART

    def fit(self, history: BirthHistory, silent: str = "") -> FittedBirthRegression:
        """Learn from a history; ``silent`` names a term whose prior is left out, so that the data speak alone."""
        known = np.flatnonzero(history.known)
        if len(known) < FEWEST:
            raise TooLittleHistory.one(
                "births", f"{FEWEST} periods with births of every area", str(len(known)), "add earlier years"
            )
        last = history.calendar.year_of(history.periods[int(known[-1])])
        plan = self._plan(history, last)
        columns = np.hstack([plan.columns(history.calendar, history.marriage_rates()), plan.steps(history.calendar)])
        total, offset = history.births.sum(axis=1)[known], np.log(history.exposure.sum(axis=1))
        solved = solve(
            Rows(columns[known], total, offset[known]),
            plan.priors(silent),
            self.family,
            self.lags * history.per_year,
        )
        expected = np.exp(offset + columns @ solved.coefficients)
        share = history.exposure / history.exposure.sum(axis=1, keepdims=True)
        age = plan.end - history.calendar.moments().mean(axis=1)
        pooled = pool(history.births, expected[:, None] * share, self.fading**age)
        return FittedBirthRegression(self, history, plan, solved, expected, pooled)

    def _plan(self, history: BirthHistory, last: int) -> Plan:
        """Which columns there are: what was not announced yet, or never happened in the record, has none."""
        terms = []
        for term in self.terms:
            column = term.column(history.calendar)
            if term.announced <= last and (np.ptp(column) > 0.0 or np.isfinite(term.prior.sd)):
                terms.append(term)
        rates = history.marriage_rates()
        told = self.marriages is not None and int(np.isfinite(rates).sum()) > 1
        lagged = self.marriages.lagged(rates) if self.marriages is not None and told else np.zeros(0)
        knots = np.unique(history.calendar.years())[:-1] if self.walk > 0.0 else np.zeros(0)
        end = float(history.calendar.moments().mean(axis=1)[-1])
        mean = float(np.nanmean(lagged)) if told else 0.0
        blank = bool(np.isnan(lagged).any())
        return Plan(self, tuple(terms), self.marriages if told else None, mean, blank, knots, end, history.per_year)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The columns of one fit, and how they go on.

    mean   of the log of lagged marriages per exposure, where known
    blank  whether some years have no lagged marriages: they get a level of their own
    knots  years after which the level may take a step    (step,)
    end    middle of the last period, as a year with decimals
    """

    regression: BirthRegression
    terms: tuple[Term, ...]
    marriages: Marriages | None
    mean: float
    blank: bool
    knots: Floats
    end: float
    per_year: int

    @property
    def names(self) -> tuple[str, ...]:
        """Of the coefficients, without those of season and walk."""
        married = () if self.marriages is None else (MARRIAGES, *((BEFORE,) if self.blank else ()))
        return (LEVEL, TREND, *(term.name for term in self.terms), *married)

    def columns(self, calendar: Calendar, rates: Floats) -> Floats:
        """Values of the terms (period, term); the trend stops at the end of the record, where the drift takes over.

        rates  marriages per exposure of the periods (period,), from the first on
        """
        time = np.minimum(calendar.moments().mean(axis=1) - self.end, 0.0)
        found = [np.ones(len(time)), time, *(term.column(calendar) for term in self.terms)]
        if self.marriages is not None:
            lagged = self.marriages.lagged(rates) - self.mean
            found.append(np.where(np.isnan(lagged), 0.0, lagged))
            if self.blank:
                found.append(np.where(np.isnan(lagged), 1.0, 0.0))
        return np.hstack([np.column_stack(found), calendar.season()])

    def steps(self, calendar: Calendar) -> Floats:
        """The walk, counted back from the last year (period, step): a step lowers all periods before it."""
        return np.where(calendar.years()[:, None] <= self.knots[None, :], -1.0, 0.0)

    def priors(self, silent: str) -> Rows:
        """Pseudo-observations: one a term with a prior, one a contrast of season, one a step of the walk."""
        given = {TREND: self.regression.trend, **{term.name: term.prior for term in self.terms}}
        if self.marriages is not None:
            given |= {MARRIAGES: self.marriages.prior, BEFORE: self.marriages.before}
        season = 0 if self.per_year == 1 else self.per_year - 1
        plain = [given.get(name, Prior()) if name != silent else Prior() for name in self.names]
        plain += [Prior(0.0, 0.3)] * season
        size, steps = len(plain), len(self.knots)
        kept = [place for place, prior in enumerate(plain) if np.isfinite(prior.sd)]
        eye = np.eye(size + steps)
        walk = eye[size:].copy()
        walk[1:] -= self.regression.carried * eye[size : size + max(steps - 1, 0)]
        means = np.array([plain[place].mean for place in kept] + [0.0] * steps)
        errors = np.array([plain[place].sd for place in kept] + [self.regression.walk] * steps)
        return Rows(np.vstack([eye[kept], walk]), np.ones(len(means)), -means, errors**-2.0)

    def drift(self, calendar: Calendar, coefficients: Floats) -> Floats:
        """How the level goes on (period,): the damped trend, and the last step of the walk fading out."""
        ahead = calendar.moments().mean(axis=1) - self.end
        whole = np.arange(int(np.ceil(ahead.max(initial=0.0))) + 1)
        trend = coefficients[1] * np.cumsum(np.where(whole > 0, self.regression.damping**whole, 0.0))
        last = coefficients[-1] if len(self.knots) else 0.0
        walk = last * np.cumsum(np.where(whole > 0, self.regression.carried**whole, 0.0))
        return np.asarray(np.interp(ahead, whole, trend + walk), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class FittedBirthRegression:
    """A fitted regression.

    expected  births of all areas together in the periods of the record (period,)
    pooled    each area against them
    """

    regression: BirthRegression
    history: BirthHistory
    plan: Plan
    solved: Solved
    expected: Floats
    pooled: Pooled

    def coefficient(self, name: str) -> tuple[float, float]:
        """Estimate and error of one term on the log scale; ``KeyError`` where the fit has no such term."""
        if name not in self.plan.names:
            raise KeyError(name)
        place = self.plan.names.index(name)
        return float(self.solved.coefficients[place]), float(self.solved.errors[place])

    def predict(self, periods: range, exposure: Floats, marriages: Floats | None = None) -> Floats:
        """Births (period, area) of periods after the record, at the exposure given (period, area).

        marriages  couples of those years as far as they are known (period,); the rest is carried on
        """
        calendar = Calendar(periods, self.history.per_year)
        rates = self._rates(periods, exposure, marriages)
        whole = Calendar(range(self.history.periods[0], periods[-1] + 1), self.history.per_year)
        columns = self.plan.columns(whole, rates)[-len(periods) :]
        size = columns.shape[1]
        logs = columns @ self.solved.coefficients[:size] + self.plan.drift(calendar, self.solved.coefficients)
        return np.asarray(exposure * np.exp(logs)[:, None] * self.pooled.levels)

    def _rates(self, periods: range, exposure: Floats, marriages: Floats | None) -> Floats:
        """Marriages per exposure from the first period of the record to the last one asked for."""
        gap = periods[0] - self.history.periods[-1] - 1
        if gap < 0:
            raise ValueError(f"{periods} do not follow the record, which ends in {self.history.periods[-1]}")
        rates = self.history.marriage_rates()
        if self.plan.marriages is None:
            return np.concatenate([rates, np.full(gap + len(periods), np.nan)])
        known = np.full(len(periods), np.nan) if marriages is None else marriages / exposure.sum(axis=1)
        told = np.flatnonzero(np.isfinite(known))
        size = int(told[-1]) + 1 if len(told) else 0
        record = np.concatenate([rates, np.full(gap, np.nan), known[:size]])
        return self.plan.marriages.carried(record, len(periods) - size)

    def sample(
        self,
        periods: range,
        exposure: Floats,
        draws: Draws,
        scale: float = 1.0,
        marriages: Floats | None = None,
    ) -> Floats:
        """Births on trajectories (draw, period, area); their mean is the forecast, and scale 0 gives it.

        Shocks are sized by the errors of rolling origins, which hold those of the coefficients and of the marriages
        carried on; the births of an area stray by chance besides. Numbers hang on seed, name, trajectory and year.
        """
        middle = self.predict(periods, exposure, marriages)
        years = Calendar(periods, self.history.per_year).years().astype(int)
        first = self.history.calendar.year_of(self.history.periods[-1]) + 1
        steps, place = years[-1] - first + 1, np.maximum(years - first, 0)
        out = np.empty((len(draws.numbers), *middle.shape))
        wave = dataclasses.replace(self.regression.shared, sd=self.regression.shared.sd * scale)
        common = _logs(wave, draws.normals(draws.parent, steps)[BIRTHS])[place]
        for at, area in enumerate(self.history.areas):
            logs = common
            if len(self.history.areas) > 1:
                mine = dataclasses.replace(self.regression.own, sd=self.regression.own.sd * scale)
                logs = logs + _logs(mine, draws.normals(area, steps)[BIRTHS])[place]
            error = scale / np.sqrt(np.maximum(middle[:, at], 1.0))[:, None]
            luck = draws.normals(f"{area} by chance", len(periods))[BIRTHS]
            out[:, :, at] = (middle[:, at, None] * np.exp(logs + error * luck - 0.5 * error**2)).T
        return out


def _logs(wave: Wave, news: Floats) -> Floats:
    """Log shocks (step, draw) whose factor has the mean 1."""
    variance = wave.variance(np.arange(1.0, len(news) + 1.0), settled=False)
    return np.asarray(wave.path(news, 0) - 0.5 * variance[:, None])
