"""Ten-year cohort ratios carried from some counties to others: shared as they are, or told apart by what was known.

Both need what the counties that are learnt from turned out to have, so neither was possible at the first census: they
tell how well the moves of a decade could have been told from the experience of another province, or of neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from forecast.axes import FEMALE, SEX, Floats

CHILDREN, WOMEN = 2, slice(4, 8)
"""Cells of five years born between the censuses; women of 20-39."""
BANDS = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 9), (9, 12), (12, 14), (14, 16), (16, 18))
"""Cells ten years on for which a county's departure from shared ratios is told together."""
MOVERS = ("movers_same_county", "movers_same_province", "movers_other_province")
KNOWN = (*MOVERS, "urban_pop", "registered_pop", "birth_rate_permille", "death_rate_permille")
"""What the first census tells of a county besides its people by age and sex."""
PENALTIES = (10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 100_000.0)
"""Ridge penalties tried; the last one leaves shared ratios nearly as they are."""


def shared(first: Floats, last: Floats, groups: np.ndarray, homes: np.ndarray) -> Floats:
    """Ten years on by ratios of counties outside a county's group (county, sex, cell).

    first, last  people at the two censuses (county, sex, cell)
    groups       what is left out together (county,);  homes  whose counties share ratios (county,)
    """
    out = np.zeros_like(first)
    for test, train in _parted(groups, np.ones(len(groups), dtype=bool)):
        out[test] = _pooled(first, last, test, train, homes)[test]
    return out


def told(first: Floats, last: Floats, features: Floats, groups: np.ndarray, homes: np.ndarray) -> Floats:
    """The same with each county's departure by a ridge regression on what was known of it (county, sex, cell).

    features  known at the first census (county, feature)

    Logs of people over what shared ratios give, for each band, regressed on standardised features (Hoerl and Kennard
    1970); the penalty of a band is chosen by leaving out one training group after the other.
    """
    out = np.zeros_like(first)
    for test, train in _parted(groups, np.ones(len(groups), dtype=bool)):
        base = _pooled(first, last, test, train, homes)
        for left, rest in _parted(groups, train):
            base += _pooled(first, last, left, rest, homes)
        departure: Floats = np.log(_bands(last[train]) / _bands(base[train]))
        factor = np.exp(_fitted(features[train], departure, groups[train]).predict(features[test]))
        out[test] = base[test]
        for place, (low, high) in enumerate(BANDS):
            out[test, :, low:high] *= factor[:, place, None, None]
    return out


def known_features(first: Floats, about: pd.DataFrame) -> Floats | None:
    """What the first census tells of each county (county, feature); None where a column or a figure lacks.

    about  one row a county, in order: size and rates, movers by origin, registered over resident, births and deaths;
    from the people themselves the course of ages, children per woman, sexes, and shares of broad ages
    """
    if not set(KNOWN) <= set(about) or about[list(KNOWN)].isna().any(axis=None):
        return None
    total, both = first.sum(axis=(1, 2)), first.sum(axis=SEX)
    have = {name: about[name].to_numpy(np.float64) for name in KNOWN}
    men, women = first[:, 1 - FEMALE], first[:, FEMALE]
    columns = [
        _log(total, np.ones_like(total)),
        have["urban_pop"] / total,
        *(np.sqrt(have[name] / total) for name in MOVERS),
        _log(have["registered_pop"], total),
        have["birth_rate_permille"],
        have["death_rate_permille"],
        *_log(both[:, 1:], both[:, :-1]).T,
        _log(both[:, 0], women[:, WOMEN].sum(axis=1)),
        _log(men[:, 0], women[:, 0]),
        _log(men[:, WOMEN].sum(axis=1), women[:, WOMEN].sum(axis=1)),
        *(both[:, cells].sum(axis=1) / total for cells in (slice(0, 3), slice(3, 5), slice(13, None))),
    ]
    return np.column_stack(columns)


def _log(upper: Floats, lower: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(upper, 1.0) / np.maximum(lower, 1.0)))


def _parted(groups: np.ndarray, among: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each group among some counties, and the rest of these."""
    for group in np.unique(groups[among]):
        yield among & (groups == group), among & (groups != group)


def _bands(people: Floats) -> Floats:
    """People (county, band), at least one."""
    both = people.sum(axis=SEX)
    return np.asarray(np.maximum(np.stack([both[:, low:high].sum(axis=1) for low, high in BANDS], axis=1), 1.0))


def _pooled(first: Floats, last: Floats, test: np.ndarray, train: np.ndarray, homes: np.ndarray) -> Floats:
    """Test counties by the ratios of the training counties of their home, of all where it has none; 0 elsewhere."""
    out = np.zeros_like(first)
    for home in np.unique(homes[test]):
        mine, near = test & (homes == home), train & (homes == home)
        pool = near if near.any() else train
        out[mine] = _carried(first[mine], first[pool].sum(axis=0), last[pool].sum(axis=0))
    return out


def _carried(here: Floats, start: Floats, end: Floats) -> Floats:
    """People (county, sex, cell) ten years on by the ratios of others (sex, cell), and by their children per woman."""
    out = np.zeros_like(here)
    out[:, :, 2:-1] = here[:, :, :-3] * (end[:, 2:-1] / start[:, :-3])
    out[:, :, -1] = here[:, :, -3:].sum(axis=2) * (end[:, -1] / start[:, -3:].sum(axis=1))
    for cell in range(CHILDREN):
        per_woman = end[:, cell] / end[FEMALE, WOMEN].sum()
        out[:, :, cell] = out[:, FEMALE, WOMEN].sum(axis=1)[:, None] * per_woman
    return out


def _ridge(penalty: Floats | float) -> Pipeline:
    return make_pipeline(StandardScaler(), Ridge(alpha=penalty))


def _fitted(features: Floats, departure: Floats, groups: np.ndarray) -> Pipeline:
    """The regression with the penalty of each band that did best on groups left out."""
    misses = []
    for penalty in PENALTIES:
        found = cross_val_predict(_ridge(penalty), features, departure, groups=groups, cv=LeaveOneGroupOut())
        misses.append(((found - departure) ** 2).sum(axis=0))
    best = np.array(PENALTIES)[np.argmin(misses, axis=0)]
    return _ridge(best).fit(features, departure)
