"""Cohort ratios with what back-tests taught: last births, parents that count in part, old age that goes on improving.

Where no rates of birth and death are known, people of one age become people of the next by ratios. Against plain
Hamilton-Perry five things differ: ratios fade from recent to long-run ones; the recent ones of a small area are mostly
its own long-run ones at the present level of all areas (synthetic adjustment, see ``synthetic``); survival above 60
keeps improving; births start from the last year's children per potential parent, carry on half of a trend that fades,
drift back to their mean of fifteen years, and follow the number of parents only in part; and an area's size follows its
past growth in part, the difference being moves. ``docs/skill.md`` says what each was scored against.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forecast.axes import FEMALE, SEX, Floats, Population
from forecast.demography.courses import by_ratios, mobile, slower
from forecast.demography.engine import Forecast, History, following
from forecast.demography.hamilton_perry import ratios
from forecast.demography.noise import TYPICAL, Draws, Noise
from forecast.demography.plain import RepeatGrowth
from forecast.demography.sampled import Sampled
from forecast.demography.unrest import adapted
from forecast.kernels.step import aged

RECENT = 1
"""Intervals behind recent ratios of those who move: the last one."""
SURVIVAL = {1: 3, 5: 1}
"""Intervals behind recent ratios of the old, by width of a cell: deaths of a single year tell less."""
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
FEWEST = 0.2
"""Moves that follow past growth never leave less than this share of a cell in one step."""


@dataclass(frozen=True, slots=True)
class CohortRatio:
    """The parameters.

    prior      persons with whose weight an area's long-run ratios are pulled to all areas'
    record     persons with whose weight its recent ones are pulled to its long-run ones at all areas' present level
    old        persons with whose weight its recent ones of the old are pulled to all areas'
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
    anchor     weight of repeated growth in the growth of a large area; the rest follows from its cohorts
    crowd      people at whose number an area gets half that weight: growth of a small one is chance
    lasting    share of an area's growth beyond that of all areas together that is kept each year
    noise      how far trajectories stray
    adapts     whether the past of the areas makes that more or less
    """

    prior: float = 100.0
    record: float = 300.0
    old: float = 300.0
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
    anchor: float = 0.6
    crowd: float = 100_000.0
    lasting: float = 0.95
    noise: Noise = TYPICAL
    adapts: bool = True

    def fit(self, history: History) -> FittedCohortRatio:
        """Two stocks are needed; each further year of stocks is used as far as 15 years back."""
        history.last(2, "cohort ratios")
        launch = history.launch
        long, before = ratios(history, LONG, self.prior)
        _, now = ratios(history, RECENT, 0.0)
        recent, _ = ratios(history, RECENT, self.record, target=long / before * now)
        old, whole = ratios(history, SURVIVAL.get(launch.width, 1), self.old)
        first = _first_old(launch)
        recent[..., first:] = old[..., first:]
        noise = adapted(self.noise, history.pairs(LONG), long, mobile(launch)) if self.adapts else self.noise
        births, growth = self._births(history), Growth.of(history, self.lasting)
        return FittedCohortRatio(self, launch, recent, long, whole, births, growth, noise)

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
class Growth:
    """Growth of the last five years carried on, in logs a year.

    shared   of all areas together, which goes on
    own      what each area's lies above it, which fades    (area,)
    lasting  share of that which is kept each year
    """

    shared: float
    own: Floats
    lasting: float

    @classmethod
    def of(cls, history: History, lasting: float) -> Growth:
        """From the stocks that repeated growth goes by."""
        yearly, total = RepeatGrowth().fit(history).yearly, history.launch.total
        before = float((total / yearly).sum())
        shared = float(np.log(total.sum() / before)) if before > 0 else 0.0
        own = np.where(total > 0, np.log(yearly) - shared, 0.0)
        return cls(shared, own, lasting)

    def step(self, ahead: int, width: int) -> Floats:
        """Log growth of each area in the step that ends ``ahead`` years after the launch (area,)."""
        middles = np.arange(ahead - width, ahead) + 0.5
        return np.asarray(width * self.shared + float((self.lasting**middles).sum()) * self.own)


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
    growth: Growth
    noise: Noise

    def predict(self, years: range) -> Forecast:
        """Cohorts times their ratios; children by the response to parents; moves where past growth asks for them."""
        span = following(self.launch.year, years, self.launch.width)
        people = [self.launch.people]
        for number in range(1, len(span)):
            people.append(self._step(people[-1], number * self.launch.width))
        return Forecast(self.launch.areas, span, np.stack(people))

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Sampled:
        """Trajectories around the forecast; ``scale`` multiplies every shock."""
        expected = self.predict(years).people
        along = np.stack([self._moved(now, after) for now, after in pairwise(expected)])
        return by_ratios(self.launch, expected, along, self.whole, self.noise, draws, scale)

    def _step(self, now: Floats, ahead: int) -> Floats:
        after = aged(now) * self.ratio(ahead)
        after[..., 0] = self.children(after, ahead)[:, None] * self.births.sexes
        return self._anchored(now, after, ahead)

    def _anchored(self, now: Floats, after: Floats, ahead: int) -> Floats:
        """The end of a step with the moves that past growth asks for, by who moves (area, sex, age)."""
        total, before = after.sum(axis=(1, 2)), now.sum(axis=(1, 2))
        there = (before > 0) & (total > 0)
        wanted = before * np.exp(self.growth.step(ahead, self.launch.width))
        ratio = np.where(there, wanted, 1.0) / np.where(there, total, 1.0)
        size = self.launch.total
        weight = self.engine.anchor * size / np.maximum(size + self.engine.crowd, NOBODY)
        missing = np.where(there, total * (ratio**weight - 1.0), 0.0)
        moving = mobile(self.launch)
        movers = (after * moving).sum(axis=(1, 2))
        each = missing / np.maximum(movers, NOBODY)
        return np.asarray(after * np.maximum(1.0 + each[:, None, None] * moving, FEWEST))

    @staticmethod
    def _moved(now: Floats, after: Floats) -> Floats:
        """Cohort ratios that a step amounts to, moves included (area, sex, age)."""
        start = aged(now)
        return np.where(start > 0, after / np.where(start > 0, start, 1.0), 1.0)

    def ratio(self, ahead: int) -> Floats:
        """Cohort ratios of the step that ends ``ahead`` years after the launch (area, sex, age)."""
        kept = self.engine.fading**ahead
        faded = np.exp(kept * np.log(self.recent) + (1.0 - kept) * np.log(self.long))
        first = _first_old(self.launch)
        faded[..., first:] = self.recent[..., first:] * self._gain(ahead)[:, first:]
        return np.asarray(faded)

    def _gain(self, ahead: int) -> Floats:
        """What improving survival multiplies the ratios by (sex, age).

        A ratio seen over a window describes the window's middle: it lags by half of it.
        """
        width = self.launch.width
        lag = (SURVIVAL.get(width, 1) + width - 1) / 2.0
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


def _first_old(stock: Population) -> int:
    """The first cell whose survival improves."""
    return OLD.get(stock.width, 65) // stock.width


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
