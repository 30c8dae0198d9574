"""What women by number of children are worth: the nation's births forecast with rates held, by parity and by age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, FEMALE, Floats
from forecast.demography.birth_checks import Trials
from forecast.demography.ground import Ground
from forecast.demography.orders import SPAN, OrderRule, conditional
from forecast.demography.parity import CELLS
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.demography.parity_start import Standard, children_to_date, own_shift, shares, split
from forecast.demography.past import past_of
from forecast.kernels.parity import END, START, progress


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A nation's women and births up to today.

    years      one by one
    women      on 31 December                                        (year, age)
    births     of the calendar year, one series throughout            (year,)
    shapes     share of total fertility at each age                   (year, age)
    orders     shares of the orders among births where they are known (order,)
    schedule   births per woman by order and age of one place         (order, age)
    """

    years: range
    women: Floats
    births: Floats
    shapes: Floats
    orders: Mapping[int, Floats]
    schedule: Floats

    def exposed(self) -> Floats:
        """Births that a total fertility of one gives, first year as the second (year,)."""
        mean = (0.5 * (self.women[1:] + self.women[:-1]) * self.shapes[1:]).sum(axis=AGE)
        return np.concatenate([mean[:1], mean])


def record_of(ground: Ground, women: Floats, by_order: Mapping[str, Mapping[int, float]], first: int) -> Record:
    """The nation's record: women of its past, then those projected; births of the guide, later as published.

    women     projected on 31 December, by year from the census on      (year, sex, age)
    by_order  births by order and year, as far as they are known
    """
    evidence = ground.evidence
    if evidence.orders is None:
        raise ValueError("no evidence of births by order")
    past = past_of(ground, first - SPAN)
    recorded = evidence.births[evidence.nation]
    years = range(past.years[0], max(recorded) + 1)
    later = women[1 : years[-1] - past.years[-1] + 1, FEMALE]
    births = [past.births, np.array([recorded[year] for year in range(past.years[-1] + 1, years[-1] + 1)])]
    whole = set.intersection(*(set(by_order[order]) for order in ORDER_NAMES))
    counted = {year: np.array([by_order[order][year] for order in ORDER_NAMES]) for year in sorted(whole)}
    return Record(
        years,
        np.concatenate([past.women, later]),
        np.concatenate(births),
        evidence.shapes.at(years),
        {year: values / values.sum() for year, values in counted.items()},
        evidence.orders.schedule,
    )


def rates_held(record: Record, rule: OrderRule, origins: range, steps: int) -> Trials:
    """From each origin its rates go on: by number of children (``model``), by age alone (``constant``).

    Women are those who came: they were born. Order shares are the last ones known by then; before the first, that.
    """
    kinds: dict[str, list[Floats]] = {name: [] for name in ("actual", "model", "constant", "naive")}
    exposed = record.exposed()
    for origin in origins:
        place = record.years.index(origin)
        ahead = range(place + 1, min(place + steps, len(record.years) - 1) + 1)
        fertility = record.births[: place + 1] / exposed[: place + 1]
        made = {
            "actual": record.births[ahead.start : ahead.stop],
            "model": _by_parity(record, rule, fertility, ahead),
            "constant": fertility[-1] * _exposed_at(record, place, ahead),
            "naive": np.full(len(ahead), record.births[place]),
        }
        for name, value in made.items():
            kinds[name].append(np.concatenate([value, np.full(steps - len(value), np.nan)])[:, None])
    return Trials(tuple(origins), *(np.stack(kinds[name]) for name in ("actual", "model", "constant", "naive")))


def _exposed_at(record: Record, place: int, ahead: range) -> Floats:
    """Births that a total fertility of one gives in years ahead with the origin's shape (step,)."""
    mean = 0.5 * (record.women[ahead.start : ahead.stop] + record.women[ahead.start - 1 : ahead.stop - 1])
    return np.asarray(mean @ record.shapes[place])


def _by_parity(record: Record, rule: OrderRule, fertility: Floats, ahead: range) -> Floats:
    """Births of the years ahead with the origin's rates by number of children (step,)."""
    place = len(fertility) - 1
    known = [year for year in record.orders if year <= record.years[place]] or [min(record.orders)]
    now = record.shapes[place] * fertility[-1]
    incidence = split(record.schedule, now, record.women[place], record.orders[known[-1]])
    standard = Standard.of(incidence, np.array(rule.completed), np.array([rule.first, 1.0, 1.0]), rule.later)
    v = own_shift(standard, children_to_date(fertility, record.shapes[: place + 1]))
    start = shares(standard, v, np.zeros(1))[0]
    rates = np.broadcast_to(
        conditional(incidence, start, record.women[place])[None, ..., None], (len(ahead), *start[:3].shape, 1)
    )
    found = progress(start[..., None], rates, np.ones((len(ahead), 3, 1))).total[..., 0]
    women = record.women[ahead.start - 1 : ahead.stop, CELLS]
    return np.asarray(0.5 * (found[:, START] * women[:-1] + found[:, END] * women[1:]).sum(axis=AGE))
