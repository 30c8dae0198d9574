from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import AGES
from forecast.errors import InputError
from forecast.project.spec import Need
from forecast.services.facts import CareNeed, Facts
from forecast.services.need import need_rates
from forecast.services.people import People

Level = Callable[..., People]
SPEC = Need(gradient="adl", level="level", severe="severe", year=2021, severe_year=2020)


def with_rows(facts: Facts, *rows: CareNeed) -> Facts:
    """The same facts with some rows of care need in place of those of the same sex, age and table."""
    new = {(row.definition, row.sex, row.age_start): row for row in rows}
    kept = [row for row in facts.care_need if (row.definition, row.sex, row.age_start) not in new]
    return dataclasses.replace(facts, care_need=(*kept, *rows))


def test_the_gradient_is_scaled_to_the_level(facts: Facts, level: Level) -> None:
    nation = level(20.0, codes=("000000",))
    need = need_rates(SPEC, facts, nation)
    # 65+: 5 ages of 5 %, 10 of 10 %, 20 of 20 %: 5.25 / 35 = 15 %; the level is 30 %
    assert need.scale == pytest.approx(2.0)
    assert need.rates[:, :60].sum() == 0
    assert need.rates[0, [60, 69, 70, 79, 80, 110]] == pytest.approx([0.1, 0.1, 0.2, 0.2, 0.4, 0.4])
    assert need.rates[1] == pytest.approx(need.rates[0])
    # 60+: (10 x 10 % + 10 x 20 % + 20 x 40 %) / 40 = 27.5 % need care, 5.5 % cannot care for themselves: a fifth
    assert need.severe_share == pytest.approx(0.2)
    assert need.source == "made-adl; made-level; made-severe"


def test_women_need_more_by_the_published_ratio_net_of_age(facts: Facts, level: Level) -> None:
    rows = with_rows(facts, CareNeed("adl", "female", 60, None, 2021, 12.0, "verified", "made-adl"))
    nation = level(20.0, codes=("000000",))
    need = need_rates(SPEC, rows, nation)
    # as many men as women of each age, so age explains nothing of 12 / 8
    assert need.rates[1, 60:] == pytest.approx(1.5 * need.rates[0, 60:])
    shown = (need.rates * nation.people[1, 0])[:, 65:].sum() / nation.people[1, 0, :, 65:].sum()
    assert shown == pytest.approx(0.30)


def test_the_level_holds_in_a_nation_of_old_women(facts: Facts, level: Level) -> None:
    base = level(20.0, codes=("000000",))
    people = base.people.copy()
    people[:, :, 0, 80:] *= 0.4
    nation = People(base.areas, base.years, people, base.births, 2022, 2023)
    need = need_rates(SPEC, facts, nation)
    shown = (need.rates * people[1, 0])[:, 65:].sum() / people[1, 0, :, 65:].sum()
    assert shown == pytest.approx(0.30)
    # the same share for men and women although women are older: at the same age they need less
    assert (need.rates[1, 60:] < need.rates[0, 60:]).all()
    assert need.rates.shape == (2, AGES)
    assert np.isfinite(need.rates).all()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"gradient": "none"}, "shares by age from 60"),
        ({"level": "none"}, "none, both sexes, 65+, 2021"),
        ({"year": 2022}, "level, both sexes, 65+, 2022"),
        ({"severe": "none"}, "none, both sexes, 60+, 2020"),
    ],
)
def test_rows_that_are_missing_are_named(facts: Facts, level: Level, spec: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as error:
        need_rates(SPEC.model_copy(update=spec), facts, level(20.0, codes=("000000",)))
    assert says in str(error.value)


def test_both_sexes_must_be_there(facts: Facts, level: Level) -> None:
    rows = dataclasses.replace(facts, care_need=tuple(row for row in facts.care_need if row.sex != "male"))
    with pytest.raises(InputError, match="shares of men and women of 60"):
        need_rates(SPEC, rows, level(20.0, codes=("000000",)))
