"""Cohort ratios with what back-tests taught: last births, parents that count in part, old age that goes on improving.

Where no rates of birth and death are known, people of one age become people of the next by ratios. Against plain
Hamilton-Perry three things differ: ratios fade from recent to long-run ones; survival above 60 keeps improving; births
start from the last year's children per potential parent, carry on half of a trend that fades, drift back to their mean
of fifteen years, and follow the number of parents only in part. ``docs/skill.md`` says what each was scored against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import FEMALE, SEX, Floats, Population
from forecast.demography.courses import by_ratios, mobile, slower
from forecast.demography.engine import Forecast, History, following
from forecast.demography.hamilton_perry import ratios
from forecast.demography.noise import TYPICAL, Draws, Noise
from forecast.demography.sampled import Sampled
from forecast.demography.unrest import adapted
from forecast.kernels.step import aged

RECENT = {1: 3, 5: 1}
"""Intervals behind recent ratios, by width of a cell."""
LONG = 15
"""Intervals behind the ratios to which recent ones fade, and years behind the mean to which births drift back."""
TURN = 3
"""Years over which the slope of births is taken."""
OLD = {1: 61, 5: 65}
"""Age from which survival improves."""
PARENT_MIDDLE, PARENT_SPREAD = 29.0, 5.5
"""The bell over parents' ages; ages 15-49."""
PARENT_GROUPS = {15: 0.15, 20: 0.6, 25: 1.0, 30: 0.9, 35: 0.45, 40: 0.1}
"""The same by five-year groups."""
NOBODY = 1e-9


@dataclass(frozen=True, slots=True)
class CohortRatio:
    """The parameters.

    prior      persons with whose weight an area's ratio is pulled to all areas'
    children   children with whose weight an area's births per parent are pulled to all areas'
    falling    elasticity of births to a fall in the potential parents of all areas together
    rising     elasticity to a rise of them
    own        elasticity to what an area's parents do beyond that
    trend      share of the yearly slope of births per parent that is carried on
    fading     share of a slope, and of recent ratios, that is kept each year
    steepest   largest slope taken over, a year
    staying    share of the distance of births from their mean of fifteen years that is kept each year
    middle     elasticity to parents by which births are compared over those years
    progress   share of the old-age hazard that vanishes each year
    noise      how far trajectories stray
    adapts     whether the past of the areas makes that more or less
    """

    prior: float = 300.0
    children: float = 250.0
    falling: float = 0.5
    rising: float = 0.0
    own: float = 0.25
    trend: float = 0.5
    fading: float = 0.8
    steepest: float = 0.06
    staying: float = 0.90
    middle: float = 0.5
    progress: float = 0.015
    noise: Noise = TYPICAL
    adapts: bool = True

    def fit(self, history: History) -> FittedCohortRatio:
        """Two stocks are needed; each further year of stocks is used as far as 15 years back."""
        history.last(2, "cohort ratios")
        launch = history.launch
        recent, whole = ratios(history, RECENT.get(launch.width, 1), self.prior)
        long, _ = ratios(history, LONG, self.prior)
        noise = adapted(self.noise, history.pairs(LONG), long, mobile(launch)) if self.adapts else self.noise
        return FittedCohortRatio(self, launch, recent, long, whole, self._births(history), noise)

    def _births(self, history: History) -> Births:
        launch, kernel = history.launch, parents(history.launch)
        past = [stock for stock in history.stocks if stock.year > launch.year - LONG]
        born = np.stack([stock.people[..., 0].sum(axis=-1) for stock in past])
        able = np.stack([_parents_of(stock.people, kernel) for stock in past])
        born_log, able_log = (np.log(np.maximum(part.sum(axis=1), NOBODY)) for part in (born, able))
        per = born_log - able_log
        last = [place for place, stock in enumerate(past) if stock.year > launch.year - (2 if launch.width == 1 else 1)]
        expected = (able[last] * np.exp(per[last])[:, None]).sum(axis=0)
        offset = (born[last].sum(axis=0) + self.children) / (expected + self.children)
        level = born_log - self.middle * able_log
        sexes = launch.people[..., 0].sum(axis=0)
        return Births(
            float(np.exp(per[-1])) * offset * able[-1],
            able[-1],
            kernel,
            self._slope(past, per),
            float(level.mean() - level[-1]),
            sexes / max(float(sexes.sum()), NOBODY),
        )

    def _slope(self, past: list[Population], per: Floats) -> float:
        """Yearly slope of the log of children per parent, all areas together."""
        before = [place for place, stock in enumerate(past) if stock.year == past[-1].year - TURN]
        if not before:
            return 0.0
        return float(np.clip((per[-1] - per[before[0]]) / TURN, -self.steepest, self.steepest))


@dataclass(frozen=True, slots=True, eq=False)
class Births:
    """What births start from.

    level    children in the first cell by the last year's births per parent, pooled  (area,)
    parents  potential parents at launch                                             (area,)
    kernel   weight of each age as a parent                                          (age,)
    slope    yearly slope of the log of children per parent, all areas together
    gap      how far the mean of fifteen years lies above the last year, in logs
    sexes    share of each sex among children                                        (sex,)
    """

    level: Floats
    parents: Floats
    kernel: Floats
    slope: float
    gap: float
    sexes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FittedCohortRatio:
    """The launch stock and everything that carries it on; ratios by age at the end of a step (area, sex, age).

    whole  ratios of all areas together (sex, age): their hazard is what improves
    """

    engine: CohortRatio
    launch: Population
    recent: Floats
    long: Floats
    whole: Floats
    births: Births
    noise: Noise

    def predict(self, years: range) -> Forecast:
        """Cohorts times their ratios; children by the response to parents."""
        span = following(self.launch.year, years, self.launch.width)
        people = [self.launch.people]
        for number in range(1, len(span)):
            people.append(self._step(people[-1], number * self.launch.width))
        return Forecast(self.launch.areas, span, np.stack(people))

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Sampled:
        """Trajectories around the forecast; ``scale`` multiplies every shock."""
        expected = self.predict(years).people
        along = np.stack([self.ratio(number * self.launch.width) for number in range(1, len(expected))])
        return by_ratios(self.launch, expected, along, self.whole, self.noise, draws, scale)

    def _step(self, now: Floats, ahead: int) -> Floats:
        after = aged(now) * self.ratio(ahead)
        after[..., 0] = self.children(after, ahead)[:, None] * self.births.sexes
        return after

    def ratio(self, ahead: int) -> Floats:
        """Cohort ratios of the step that ends ``ahead`` years after the launch (area, sex, age)."""
        kept = self.engine.fading**ahead
        faded = np.exp(kept * np.log(self.recent) + (1.0 - kept) * np.log(self.long))
        first = OLD.get(self.launch.width, 65) // self.launch.width
        faded[..., first:] = self.recent[..., first:] * self._gain(ahead)[:, first:]
        return np.asarray(faded)

    def _gain(self, ahead: int) -> Floats:
        """What improving survival multiplies the ratios by (sex, age).

        A ratio seen over a window describes the window's middle: it lags by half of it.
        """
        width = self.launch.width
        lag = (RECENT.get(width, 1) + width - 1) / 2.0
        pace = self.engine.progress * slower(self.launch)
        hazard = np.maximum(-np.log(self.whole), 0.0)
        return np.asarray(np.exp(hazard * (1.0 - np.exp(-pace * (ahead - width / 2.0 + lag)))))

    def children(self, people: Floats, ahead: int) -> Floats:
        """Children in the first cell ``ahead`` years after the launch (area,)."""
        births, engine = self.births, self.engine
        able = np.maximum(_parents_of(people, births.kernel), NOBODY)
        before = np.maximum(births.parents, NOBODY)
        shared = float(np.log(able.sum() / before.sum()))
        own = np.where(births.parents > 0, np.log(able / before) - shared, 0.0)
        followed = (engine.rising if shared > 0 else engine.falling) * shared
        back = (1.0 - engine.staying**ahead) * births.gap
        carried = engine.trend * births.slope * damped(engine.fading, ahead)
        return np.asarray(births.level * np.exp(followed + engine.own * own + back + carried))


def damped(kept: float, ahead: int) -> float:
    """Years that a slope still counts for after ``ahead`` years if a share ``kept`` of it is left each year.

    >>> round(damped(0.8, 5), 2)
    2.69
    """
    return float(np.sum(kept ** np.arange(1, ahead + 1)))


def parents(stock: Population) -> Floats:
    """Weight of each cell as a parent of young children (age,)."""
    cells = stock.people.shape[-1]
    if stock.width == 1:
        age = np.arange(cells, dtype=np.float64)
        bell = np.exp(-0.5 * ((age - PARENT_MIDDLE) / PARENT_SPREAD) ** 2)
        return np.where((age >= 15) & (age < 50), bell, 0.0)
    return np.array([PARENT_GROUPS.get(cell * stock.width, 0.0) for cell in range(cells)])


def _parents_of(people: Floats, kernel: Floats) -> Floats:
    """Potential parents (area,): women where sexes are told apart, else everybody."""
    chosen = people[:, FEMALE] if people.shape[SEX] == 2 else people[:, 0]
    return np.asarray((chosen * kernel).sum(axis=-1))
