"""The launch population: census age groups to single years of age on 31 December (law 1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, Floats
from forecast.kernels.ungroup import ungroup


@dataclass(frozen=True, slots=True)
class BirthCohorts:
    """National births by calendar year, the guide to the notches in every age structure.

    first     the earliest year
    births    persons (year,), one value a year from ``first`` on
    known     the earliest year that comes from a source; earlier years are filled with an assumption
    """

    first: int
    births: Floats
    known: int

    @classmethod
    def padded(cls, known: dict[int, float], oldest: int, mean_of: int = 5) -> BirthCohorts:
        """Fill the years before the first known one, back to ``oldest``, with the mean of the first few known years.

        A consecutive run of known years is needed; a hole raises ``ValueError``.
        """
        start, stop = min(known), max(known)
        missing = [year for year in range(start, stop + 1) if year not in known]
        if missing:
            raise ValueError(f"no births for the years {missing[:10]}")
        values = [known[year] for year in range(start, stop + 1)]
        early = [float(np.mean(values[:mean_of]))] * max(start - oldest, 0)
        return cls(min(oldest, start), np.array(early + values), start)

    def year(self, year: int) -> float:
        """Births of one year; years after the last known one are unknown and raise ``KeyError``."""
        place = year - self.first
        if not 0 <= place < len(self.births):
            raise KeyError(year)
        return float(self.births[place])


def year_left(census: dt.date) -> float:
    """Share of the calendar year that follows the census date."""
    end = dt.date(census.year, 12, 31)
    return (end - census).days / 365.0


def cohort_shares(cohorts: BirthCohorts, census: dt.date, ages: int = AGES) -> tuple[Floats, Floats]:
    """National births behind each completed age at the census, and the part born in the later calendar year.

    returns  births (age,), share of them born in year ``census.year - age`` (age,)

    People of completed age x at a census with a share f of the year to come were born in year Y - x (a share 1 - f of
    its births) or, late in the year, in Y - 1 - x (a share f).
    """
    late = year_left(census)
    same = np.array([(1.0 - late) * cohorts.year(census.year - age) for age in range(ages)])
    before = np.array([late * cohorts.year(census.year - 1 - age) for age in range(ages)])
    return same + before, same / (same + before)


def single_years(groups: Floats, starts: Floats, cohorts: BirthCohorts, alive: Floats, census: dt.date) -> Floats:
    """Single years of age at the census: exact in every published group, notched as the national cohorts are.

    groups  persons (..., group);  starts  first age of each group;  alive  person-years lived per birth L(x) (sex, age)
    returns persons by completed age at the census date (..., sex, age)
    """
    births, _ = cohort_shares(cohorts, census, alive.shape[-1])
    return ungroup(groups, starts, births * alive)


def at_year_end(people: Floats, cohorts: BirthCohorts, rates: Floats, late_births: Floats, census: dt.date) -> Floats:
    """Carry a census stock to 31 December: birthdays, deaths and births of the remaining weeks, no migration.

    people       persons by completed age at the census            (..., age)
    rates        deaths per person-year                            (..., age)
    late_births  births between the census and the year's end      (...,)
    """
    ages = people.shape[-1]
    late = year_left(census)
    _, same = cohort_shares(cohorts, census, ages)
    alive = people * np.exp(-late * rates)
    end = alive * same
    end[..., 1:] += alive[..., :-1] * (1.0 - same[:-1])
    end[..., -1] += alive[..., -1] * (1.0 - same[-1])
    end[..., 0] += late_births * np.exp(-0.5 * late * rates[..., 0])
    return np.asarray(end)


def calendar_births(infants: Floats, benchmark_births: float, benchmark_infants: float) -> Floats:
    """Births of the census year by indirect standardisation on the infants counted.

    infants  age 0 at the census (area,)

    The nation's births of the calendar year over its infants carry them to births:
    it holds the census undercount of infants, infant deaths, and the shift from the census year to the calendar year.
    """
    return np.asarray(infants * (benchmark_births / benchmark_infants))


def in_groups(single: Floats, starts: Floats) -> Floats:
    """Single ages (..., age) summed to groups that begin at ``starts``."""
    return np.asarray(np.add.reduceat(single, starts.astype(int), axis=-1))
