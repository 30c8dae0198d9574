from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import AGES
from forecast.errors import InputError
from forecast.project.eldercare import Need
from forecast.services.care.need import need_rates
from forecast.services.facts import CareNeed, Facts
from forecast.services.people import People
from tests.unit.services.care.care_facts import ASSUMED, ROW, SEVERE, care_facts, model, share

Level = Callable[..., People]
SPEC = model().need


def spec(**table: object) -> Need:
    return model(need__tables={"made": table}).need


def with_rows(facts: Facts, *rows: CareNeed) -> Facts:
    """The same facts with some rows of care need in place of those of the same sex, age and table."""
    new = {(row.definition, row.sex, row.age_start) for row in rows}
    kept = [row for row in facts.care_need if (row.definition, row.sex, row.age_start) not in new]
    return dataclasses.replace(facts, care_need=(*kept, *rows))


@pytest.fixture
def care(facts: Facts) -> Facts:
    return care_facts(facts)


@pytest.fixture
def nation(level: Level) -> People:
    return level(20.0, codes=("000000",))


def test_the_gradient_is_scaled_to_the_level(care: Facts, nation: People) -> None:
    need = need_rates(SPEC, care, nation)
    # 65+: 5 ages of 5 %, 10 of 10 %, 20 of 20 %: 5.25 / 35 = 15 %; the level is 30 %
    assert need.scale == pytest.approx(2.0)
    assert need.all[:, :60].sum() == 0
    assert need.all[0, [60, 69, 70, 79, 80, 110]] == pytest.approx([0.1, 0.1, 0.2, 0.2, 0.4, 0.4])
    assert need.all[1] == pytest.approx(need.all[0])
    # 60+: (10 x 10 % + 10 x 20 % + 20 x 40 %) / 40 = 27.5 % need care, 5.5 % cannot care for themselves: a fifth
    assert need.severe_share == pytest.approx(0.2)
    # of the others one in ten is moderate
    assert need.levels == ("mild", "moderate", "severe")
    assert need.rates[:, 0, 85] == pytest.approx([0.4 * 0.8 * 0.9, 0.4 * 0.8 * 0.1, 0.4 * 0.2])
    assert need.source == "made-adl; made-level; made-severe; made-grades"
    assert (need.trend == 1.0).all()
    assert need.dementia is None


def test_women_need_more_by_the_published_ratio_net_of_age(care: Facts, nation: People) -> None:
    rows = with_rows(care, CareNeed("adl", "female", 60, None, 2021, 12.0, "verified", "made-adl"))
    need = need_rates(SPEC, rows, nation)
    # as many men as women of each age, so age explains nothing of 12 / 8
    assert need.all[1, 60:] == pytest.approx(1.5 * need.all[0, 60:])
    shown = (need.all * nation.people[1, 0])[:, 65:].sum() / nation.people[1, 0, :, 65:].sum()
    assert shown == pytest.approx(0.30)


def test_the_level_holds_in_a_nation_of_old_women(care: Facts, nation: People) -> None:
    people = nation.people.copy()
    people[:, :, 0, 80:] *= 0.4
    other = People(nation.areas, nation.years, people, nation.births, 2022, 2023)
    need = need_rates(SPEC, care, other)
    shown = (need.all * people[1, 0])[:, 65:].sum() / people[1, 0, :, 65:].sum()
    assert shown == pytest.approx(0.30)
    # the same share for men and women although women are older: at the same age they need less
    assert (need.all[1, 60:] < need.all[0, 60:]).all()
    assert need.all.shape == (2, AGES)
    assert np.isfinite(need.rates).all()


def test_a_table_of_the_severe_alone_has_no_other_level(care: Facts, nation: People) -> None:
    need = need_rates(spec(total=SEVERE, means="severe", gradient="adl"), care, nation)
    assert need.levels == ("severe",)
    # 13.75 % by the gradient, 5.5 % told: x 0.4
    assert need.rates[0, 0, [60, 70, 80]] == pytest.approx([0.02, 0.04, 0.08])


def test_a_total_without_levels_is_undivided(care: Facts, nation: People) -> None:
    need = need_rates(spec(total=ROW, gradient="adl"), care, nation)
    assert need.levels == ("undivided",)
    assert np.isnan(need.severe_share)
    both = need_rates(spec(total=ROW, gradient="adl", severe=SEVERE), care, nation)
    assert both.levels == ("undivided", "severe")
    assert both.rates[:, 0, 80] == pytest.approx([0.32, 0.08])


def test_levels_of_one_table_are_each_laid_on_the_gradient(care: Facts, nation: People) -> None:
    need = need_rates(spec(rows="grades", gradient="adl"), care, nation)
    assert need.levels == ("mild", "moderate", "severe")
    old = nation.people[1, 0, :, 60:]
    shown = (need.rates[..., 60:] * old).sum(axis=(1, 2)) / old.sum()
    assert shown == pytest.approx([0.09, 0.01, 0.02])


def own(*rows: tuple[str, str, int, int | None, float]) -> tuple[CareNeed, ...]:
    return tuple(
        share(level, percent, table="own", sex=sex, start=start, width=width)
        for level, sex, start, width, percent in rows
    )


def test_own_rows_are_taken_as_they_stand(care: Facts, nation: People) -> None:
    rows = own(
        ("mild", "male", 60, 20, 10.0), ("mild", "male", 80, None, 30.0),
        ("mild", "female", 60, 20, 12.0), ("mild", "female", 80, None, 40.0),
        ("severe", "both", 60, 15, 1.0), ("severe", "both", 75, None, 8.0),
    )  # fmt: skip
    facts = dataclasses.replace(care, care_need=(*care.care_need, *rows))
    need = need_rates(model(need__table="own").need, facts, nation)
    assert need.levels == ("mild", "severe")
    assert need.rates[0, :, [60, 79, 80]].tolist() == [[0.10, 0.12], [0.10, 0.12], [0.30, 0.40]]
    assert need.rates[1, :, [74, 75]].tolist() == [[0.01, 0.01], [0.08, 0.08]]
    assert (need.status, need.scale) == ("verified", 1.0)
    counted = tuple(dataclasses.replace(row, status="observed") for row in rows)
    observed = dataclasses.replace(care, care_need=(*care.care_need, *counted))
    assert need_rates(model(need__table="own").need, observed, nation).status == "observed"


STEEP = (
    share("adl", 1.0, table="steep", width=10),
    share("adl", 2.0, table="steep", start=70, width=10),
    share("adl", 8.0, table="steep", start=80),
)


def test_severe_need_is_a_flat_part_unless_a_gradient_is_named(care: Facts, nation: People) -> None:
    facts = dataclasses.replace(care, care_need=(*care.care_need, *STEEP))
    plain = need_rates(spec(total=ROW, gradient="adl", severe=SEVERE, split="grades"), facts, nation)
    assert "severe 20.0% of them, the same at every age" in plain.told
    steep = spec(total=ROW, gradient="adl", severe=SEVERE, severe_gradient="steep", split="grades")
    need = need_rates(steep, facts, nation)
    # (10 x 1 + 10 x 2 + 20 x 8) / 40 = 4.75 %, told 5.5 %
    heavy = need.rates[need.levels.index("severe")]
    assert heavy[0, [60, 70, 80]] == pytest.approx(np.array([1.0, 2.0, 8.0]) * 5.5 / 475)
    assert need.all == pytest.approx(plain.all)
    assert need.severe_share == pytest.approx(0.2)
    assert plain.severe_share == pytest.approx(0.2)
    assert "by age as steep" in need.told
    assert "made-steep" in need.source


def test_severe_need_is_never_more_than_all(care: Facts, nation: People) -> None:
    flat = (share("adl", 5.0, table="flat", width=20), share("adl", 5.0, table="flat", start=80))
    facts = with_rows(
        dataclasses.replace(care, care_need=(*care.care_need, *flat)),
        CareNeed("severe", "both", 60, None, 2020, 15.0, "verified", "made-severe"),
    )
    with pytest.raises(InputError, match=r"severe_gradient: expected severe need within all need, 10.0 % at age 60"):
        need_rates(spec(total=ROW, gradient="adl", severe=SEVERE, severe_gradient="flat"), facts, nation)
    with pytest.raises(ValueError, match="severe_gradient beside severe"):
        spec(total=ROW, gradient="adl", severe_gradient="steep")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("mild", "both", 60, 10, 5.0), ("mild", "both", 75, None, 9.0)], "a hole: the next group begins at 75"),
        ([("mild", "both", 60, 20, 5.0), ("mild", "both", 75, None, 9.0)], "groups that overlap"),
        ([("mild", "both", 65, 10, 5.0), ("mild", "both", 75, None, 9.0)], "a group from age 60 on"),
        ([("mild", "both", 60, 10, 5.0), ("mild", "both", 70, 10, 9.0)], "add the open group"),
        ([("mild", "both", 60, 10, 5.0), ("mild", "both", 70, None, 109.0)], "0 to 100, found 109"),
        ([("mild", "both", 60, 10, 5.0), ("mild", "both", 70, None, 60.0),
          ("severe", "both", 60, 10, 5.0), ("severe", "both", 70, None, 60.0)], "120.0 % at age 70"),
        ([("mild", "both", 60, None, 5.0)], "shares by age from 60"),
        ([("iadl", "both", 60, 10, 5.0), ("adl", "both", 60, 10, 5.0)], "found adl, iadl"),
        ([("light", "both", 60, None, 9.0), ("severe", "both", 60, None, 5.0)],
         "column level: expected one of mild, moderate, severe, undivided, as its other rows, found light"),
        ([("sever", "both", 60, None, 9.0), ("mild", "both", 60, None, 5.0)], "found sever\n  did you mean severe?"),
    ],
)  # fmt: skip
def test_own_rows_with_faults(
    care: Facts, nation: People, rows: list[tuple[str, str, int, int | None, float]], says: str
) -> None:
    facts = dataclasses.replace(care, care_need=(*care.care_need, *own(*rows)))
    with pytest.raises(InputError) as error:
        need_rates(model(need__table="own").need, facts, nation)
    assert says in str(error.value)
    assert len(error.value.faults) == 1  # not one for each sex


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"total": ROW, "gradient": "addl"}, r"key need.tables.made.gradient: .*\n.*did you mean adl?"),
        ({"total": ROW | {"definition": "levl"}, "gradient": "adl"}, "did you mean level?"),
        ({"total": ROW | {"year": 2022}, "gradient": "adl"}, r"level: adl, both sexes, 65\+, 2022.*\n.*65\+, 2021"),
        ({"total": ROW, "gradient": "adl", "severe": SEVERE | {"year": 2021}}, r"severe: adl, both sexes, 60\+, 2021"),
        ({"total": ROW, "gradient": "adl", "severe": ROW, "split": "adl"}, "levels mild and moderate"),
        ({"total": SEVERE, "gradient": "adl", "severe": ROW}, "a share below that of all in need"),
        ({"rows": "grade"}, "did you mean grades?"),
        ({"rows": "grades"}, "shares by age from 60"),
    ],
)
def test_tables_that_do_not_stand_are_named(care: Facts, nation: People, table: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        need_rates(spec(**table), care, nation)


def test_an_unknown_table_is_named_with_the_nearest(care: Facts, nation: People) -> None:
    with pytest.raises(InputError, match=r"key need.table: .* found mad\n  did you mean made?"):
        need_rates(model(need__table="mad").need, care, nation)


def test_both_sexes_must_be_there(care: Facts, nation: People) -> None:
    rows = dataclasses.replace(care, care_need=tuple(row for row in care.care_need if row.sex != "male"))
    with pytest.raises(InputError, match="shares of men and women of 60"):
        need_rates(SPEC, rows, nation)


def test_rates_that_rise_by_the_year(care: Facts, nation: People) -> None:
    trend = {"how": "yearly", "yearly": {"value": 1.0, **ASSUMED}}
    need = need_rates(model(need__trend=trend).need, care, nation)
    # the last total on record is of 2023
    assert need.trend[:, 0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 1.01])


def test_what_ageing_leaves_of_a_level_falls_to_the_rates(care: Facts, nation: People) -> None:
    rows = with_rows(care, CareNeed("later", "both", 65, None, 2024, 33.0, "verified", "made-later"))
    trend = {"how": "to-level", "to": ROW | {"definition": "later", "year": 2024}}
    need = need_rates(model(need__trend=trend).need, rows, nation)
    # nobody ages here: 33 over 30 % is all trend
    assert need.trend[:, 0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 1.1])
    older = nation.people.copy()
    older[4, :, :, 80:] *= 1.5
    ageing = People(nation.areas, nation.years, older, nation.births, 2022, 2023)
    assert need_rates(model(need__trend=trend).need, rows, ageing).trend[4, 0] < 1.03


def test_a_level_that_lies_behind_is_no_goal(care: Facts, nation: People) -> None:
    with pytest.raises(InputError, match=r"need\.trend\.to\.year: expected a year after 2023"):
        need_rates(model(need__trend={"how": "to-level", "to": ROW}).need, care, nation)


def test_dementia_stands_beside_the_levels(care: Facts, nation: People) -> None:
    rows = (
        share("dementia", 2.0, table="mind", width=10), share("dementia", 6.0, table="mind", start=70),
        share("dementia", 10.0, table="mind"),
    )  # fmt: skip
    facts = dataclasses.replace(care, care_need=(*care.care_need, *rows))
    level = {"definition": "mind", "level": "dementia", "from_age": 60, "year": 2021}
    need = need_rates(model(need__dementia="mind", need__dementia_level=level).need, facts, nation)
    assert need.dementia is not None
    # (10 x 2 + 30 x 6) / 40 = 5 %, told 10 %: doubled
    assert need.dementia[0, [60, 70]] == pytest.approx([0.04, 0.12])
    assert need.all == pytest.approx(need_rates(SPEC, care, nation).all)
    plain = need_rates(model(need__dementia="mind").need, facts, nation)
    assert plain.dementia is not None
    assert plain.dementia[0, 70] == pytest.approx(0.06)
