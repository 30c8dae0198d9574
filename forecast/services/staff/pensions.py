"""Who retires when: shares of teachers who reach their pension age within a school year, by post and age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.kernels.pension import Ints, born_in, not_yet, pension_age, retiring

POSTS = ("men", "women-professional", "women-worker")
"""Groups with a pension age of their own: men, women in professional posts (teachers), women in workers' posts."""
MEN, PROFESSIONAL, WORKER = range(len(POSTS))
FIRST_AGE, LAST_AGE = 15, 74
"""Ages of teachers kept inside: the last one is open, nobody is that old but by a slip of the count."""
AGES = np.arange(FIRST_AGE, LAST_AGE + 1)


@dataclass(frozen=True, slots=True)
class PensionAge:
    """One row of the table ``pension_ages``.

    before, after  statutory age in months until the rise, and once it is over
    first          first month of the rise, as ``kernels.pension.month`` counts
    step           months of birth for each month of delay
    """

    post: str
    before: int
    after: int
    first: int
    step: int

    def unraised(self) -> PensionAge:
        """The age as it was, for all."""
        return PensionAge(self.post, self.before, self.before, self.first, self.step)


@dataclass(frozen=True, slots=True)
class Early:
    """Voluntary early retirement: the share who use it, by how many months; never below the age before the rise."""

    share: float = 0.0
    months: int = 0


AT_THE_AGE = Early()


def still_due(rules: Sequence[PensionAge], year: int, early: Early = AT_THE_AGE) -> Floats:
    """Share of a birth cohort that has not reached its pension age by the end of August (post, age).

    rules  one for each of ``POSTS``, in that order
    Age is completed years on that 31 August; births are spread evenly over its twelve months.
    """
    born = born_in(AGES, year)
    return np.stack([_still_due(rule, born, year, early) for rule in rules])


def _still_due(rule: PensionAge, born: Ints, year: int, early: Early) -> Floats:
    age = pension_age(born, rule.before, rule.after, rule.first, rule.step)
    plain = not_yet(born + age, year)
    if not early.share:
        return plain
    sooner = np.maximum(age - early.months, rule.before)
    return np.asarray((1.0 - early.share) * plain + early.share * not_yet(born + sooner, year))


def retirements(rules: Sequence[PensionAge], years: range, early: Early = AT_THE_AGE) -> Floats:
    """Share of the teachers counted in September who retire by the next one (year, post, age).

    years  of the later September; age is that at the earlier one
    Source: share of the twelve months of birth whose month of retirement falls between the two, over the share not
    reached before.
    """
    out = []
    for year in years:
        at_start = still_due(rules, year - 1, early)
        at_end = still_due(rules, year, early)
        # who is of age x in one September is of age x + 1 in the next; the open age stays
        out.append(retiring(at_start, np.concatenate([at_end[:, 1:], np.zeros((len(rules), 1))], axis=1)))
    return np.stack(out) if out else np.zeros((0, len(rules), len(AGES)))
