from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES
from forecast.errors import InputError
from forecast.project.eldercare import EldercareSpec
from forecast.run.model import Result
from forecast.services.care.eldercare import Eldercare
from forecast.services.care.use import CareTaste
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.series import Service
from tests.unit.services.care.care_facts import ASSUMED, assumed, care_facts, living, model, odds

Level = Callable[..., People]
SPEC = model()
RICH = model(
    need__tables={
        "made": {
            "total": {"definition": "level", "level": "adl", "from_age": 65, "year": 2021},
            "gradient": "adl",
            "severe": {"definition": "severe", "level": "adl", "from_age": 60, "year": 2020},
            "split": "grades",
            "homes": "half",
        }
    },
    settings={
        "home": {"users": assumed(1.0), "odds": odds(none=0.1, severe=2.0, alone=2.0)},
        "meals": {"users": assumed(2.0), "odds": odds(none=1.0, alone=2.0)},
        "day-care": {"users": assumed(0.5), "odds": odds(none=0.1, severe=0.5)},
    },
    homes={"ordinary": odds(alone=2.0), "nursing-type": odds(moderate=2.0, severe=3.0, alone=2.0)},
    institution__earlier=2020,
    institution__between=1.0,
    use__trend={"how": "damped", "weight": assumed(0.5), "damping": assumed(0.8)},
    use__institution=assumed(0.2),
    use__unsure=assumed(0.5),
    floor={"new": "floor-20", "existing": "floor-15"},
)
"""Everything at once: solved odds, a path of use, spreads, floor."""
MIXED = (*living("000000", 15.0, 45.0, 40.0), *living("230101", 30.0, 40.0, 30.0))


def care(spec: EldercareSpec, facts: Facts, level: Level, people: People, **more: Any) -> Eldercare:
    return Eldercare(spec, care_facts(facts, **more), people, level(20.0, codes=("000000",)))


def found(service: Service, measure: str, part: str = "all", year: int = 0) -> list[float]:
    return [float(value) for value in service.find(measure, part).values[year]]


def test_by_hand(facts: Facts, level: Level) -> None:
    service = care(SPEC, facts, level, level(20.0, 200.0)).demand()

    def of(measure: str, part: str = "all", year: int = 0) -> list[float]:
        return found(service, measure, part, year)

    assert of("people", "60plus") == [800, 8000]
    assert of("people", "80plus") == [400, 4000]
    # 27.5 % of them need care (see the test of need), a fifth of these cannot care for themselves
    assert of("need") == pytest.approx([220, 2200])
    assert of("need", "severe") == pytest.approx([44, 440])
    assert of("need", "other") == pytest.approx([176, 1760])
    assert of("need", "moderate") == pytest.approx([17.6, 176])
    assert of("need", "mild") == pytest.approx([158.4, 1584])
    # 22 residents of the nation's 220 in need: a tenth, half of it in nursing-type beds; all else stays with the family
    assert of("users", "institution") == pytest.approx([22, 220])
    assert of("users", "nursing-type") == pytest.approx([11, 110])
    assert of("users", "family") == pytest.approx([198, 1980])
    assert of("users") == pytest.approx([220, 2200])
    assert of("beds") == [28, 275]  # 22 / 0.8 = 27.5
    assert of("beds", "nursing-type") == [14, 138]  # 13.75 and 137.5
    assert of("beds", "ordinary") == [14, 137]
    assert of("carers", "severe") == [3, 22]  # 4.4 / 2 and 44 / 2
    assert of("carers", "other") == [5, 44]  # 17.6 / 4 and 176 / 4
    assert of("carers") == [8, 66]
    # policy: from 22 in 2021 to 3 % of those of 60+, 24, in 2023; community from none to 7 %
    assert [of("users", "institution-policy", year)[0] for year in range(5)] == pytest.approx([22, 22, 23, 24, 24])
    assert [of("users", "community-policy", year)[0] for year in range(5)] == pytest.approx([0, 0, 0, 0, 0])
    assert of("beds", "institution-policy", 3) == [30, 300]
    assert of("beds", "nursing-type-policy", 3) == [18, 180]  # 60 % of 24 over 0.8
    assert of("beds", "pattern-90-6-4") == pytest.approx([40, 400])
    assert of("beds", "standard-least") == pytest.approx([24, 240])
    assert of("beds", "standard-most") == pytest.approx([32, 320])


def test_a_users_meals_a_day(facts: Facts, level: Level) -> None:
    spec = model(settings__meals={"users": assumed(5.5), "odds": odds()}, meals=assumed(2.0))
    service = care(spec, facts, level, level(20.0, 200.0)).demand()
    assert found(service, "users", "meals")[1] == pytest.approx(440)
    assert found(service, "meals")[1] == pytest.approx(880)


def test_community_settings_by_hand(facts: Facts, level: Level) -> None:
    spec = model(
        settings={
            "home": {"users": assumed(2.75), "odds": odds()},
            "meals": {"users": assumed(5.5), "odds": odds()},
            "day-care": {"users": assumed(2.75), "odds": odds()},
        }
    )
    service = care(spec, facts, level, level(20.0, 200.0)).demand()
    # of 8,000: 220, 440 and 220 users, each a tenth or a fifth of those in need, at every level alike
    assert found(service, "users", "home")[1] == pytest.approx(220)
    assert found(service, "users", "community")[1] == pytest.approx(880)
    assert found(service, "users", "family")[1] == pytest.approx(2200 - 220 - 880)
    assert found(service, "places", "day-care")[1] == 88  # two days of five
    assert found(service, "meals")[1] == pytest.approx(440)
    # 158.4 x 3 + 17.6 x 5 + 44 x 7 hours over 30
    assert found(service, "hours", "home")[1] == pytest.approx(871.2)
    assert found(service, "carers", "home")[1] == 30
    # 88 there at once: 17.6 severe over 2 and 70.4 over 4
    assert found(service, "carers", "day-care")[1] == 27
    assert found(service, "carers")[1] == 66 + 30 + 27
    # policy in 2023: 7 % of 8,000 instead of 880, 240 instead of 220 residents
    assert found(service, "users", "community-policy", 3)[1] == pytest.approx(560)
    assert found(service, "users", "home-policy", 3)[1] == pytest.approx(140)
    assert found(service, "users", "family-policy", 3)[1] == pytest.approx(2200 - 240 - 560)


def test_a_pattern_that_asks_for_more_than_need_serves_everybody_once(facts: Facts, level: Level) -> None:
    service = care(model(pattern__institution="home-50"), facts, level, level(20.0, 200.0)).demand()
    # half of 800 is more than the 220 in need, and nobody else comes
    assert found(service, "users", "institution-policy", 4) == pytest.approx([220, 2200])
    assert found(service, "users", "family-policy", 4) == pytest.approx([0, 0])
    assert found(service, "users", "institution-policy", 0) == pytest.approx([22, 220])


def test_self_caring_residents_where_the_table_says_so(facts: Facts, level: Level) -> None:
    tables = {"made": {**SPEC.need.tables["made"].model_dump(exclude_none=True), "homes": "half"}}
    spec = model(need__tables=tables, homes={"ordinary": ASSUMED, "nursing-type": ASSUMED})
    service = care(spec, facts, level, level(20.0, 200.0)).demand()
    assert found(service, "users", "institution") == pytest.approx([22, 220])
    assert found(service, "users", "family")[0] == pytest.approx(209)  # 11 of the 220 in need live in homes
    assert found(service, "users")[0] == pytest.approx(231)  # and 11 residents without need
    assert found(service, "carers", "self-caring") == [2, 11]  # 11 and 110 over 10


def test_an_area_where_more_live_alone_fills_more_beds(facts: Facts, level: Level) -> None:
    people = level(200.0, 200.0, codes=("230100", "230101"))
    service = care(RICH, facts, level, people, rows=MIXED).demand()
    for part in ("institution", "home"):
        usual, alone = found(service, "users", part)
        # odds twice for 15 and for 30 %: (1 + 0.3) / (1 + 0.15), less what saturates
        assert 1.08 < alone / usual < 1.30 / 1.15
    assert found(service, "need")[0] == pytest.approx(found(service, "need")[1])


def test_floor_by_hand(facts: Facts, level: Level) -> None:
    service = care(RICH, facts, level, level(20.0, 200.0, codes=("230100", "230101")), rows=MIXED).demand()
    # 2,000 people in households of 2.5 are 800: 20 and 15 m2 per hundred
    assert found(service, "floor", "standard-new")[0] == pytest.approx(160)
    assert found(service, "floor", "standard-existing")[1] == pytest.approx(1200)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_settings_sum_to_the_need_and_more_people_need_more(facts: Facts, level: Level, seed: int) -> None:
    draw, base = np.random.default_rng(seed), level(1.0, 1.0, codes=("230100", "230101"))
    few = draw.uniform(0, 300, (5, 2, 2, AGES))
    taste = draw.standard_normal(2)
    both = [
        Eldercare(
            RICH,
            care_facts(facts, rows=MIXED),
            People(base.areas, base.years, people, base.births, 2022, 2023),
            level(20.0, codes=("000000",)),
            CareTaste(taste),
        )
        for people in (few, few + draw.uniform(0, 30, few.shape))
    ]
    for care_of in both:
        service, figures = care_of.demand(), care_of.figures()
        for measure, parts in (
            ("users", ("family", "home", "meals", "day-care", "ordinary", "nursing-type")),
            ("need", ("mild", "moderate", "severe")),
            ("beds", ("nursing-type", "ordinary")),
            ("carers", ("severe", "other", "self-caring", "home", "day-care")),
        ):
            total = sum(service.find(measure, part).values for part in parts)
            assert total == pytest.approx(service.find(measure).values)
        # users are all who need care, and those without need who use a setting
        without = figures.natural.without.sum(axis=0)
        assert service.find("users").values == pytest.approx(service.find("need").values + without)
        policy, _ = figures.under_policy
        served = sum(service.find("users", f"{part}-policy").values for part in ("family", "community", "institution"))
        assert served == pytest.approx(service.find("users", "all-policy").values)
        assert served == pytest.approx(service.find("need").values + policy.without.sum(axis=0))
        assert (service.find("users", "family-policy").values >= -1e-6).all()
        assert (service.find("beds").values * 0.8 >= service.find("users", "institution").values - 1e-6).all()
    for less, more in zip(both[0].demand().series, both[1].demand().series, strict=True):
        # the rest, after rounding up twice, or after other settings
        if (less.measure, less.part) != ("beds", "ordinary") and not less.part.startswith("family"):
            assert (more.values >= less.values - 1e-6).all(), (less.measure, less.part)


def test_more_need_fills_more_settings(facts: Facts, level: Level) -> None:
    people = level(200.0, codes=("230100",))
    rising = RICH.model_copy(
        update={
            "need": model(need__trend={"how": "yearly", "yearly": assumed(5.0)}).need.model_copy(
                update={"tables": RICH.need.tables}
            )
        }
    )
    usual = care(RICH, facts, level, people, rows=MIXED).demand()
    more = care(rising, facts, level, people, rows=MIXED).demand()
    for part in ("home", "day-care", "institution", "family"):
        assert found(more, "users", part, 4)[0] > found(usual, "users", part, 4)[0], part
        assert found(more, "users", part, 3) == found(usual, "users", part, 3)


def test_insurance_fills_beds_and_dear_homes_empty_them(facts: Facts, level: Level) -> None:
    people = level(200.0, codes=("230100",))

    def beds(factor: float) -> list[float]:
        price = {"x": {"from": 2023, "factor": factor, "levels": ["severe"], **ASSUMED}}
        spec = RICH.model_copy(update={"price": model(price=price).price})
        return [
            found(care(spec, facts, level, people, rows=MIXED).demand(), "users", "institution", year)[0]
            for year in (2, 3)
        ]

    cheap, usual, dear = beds(0.5), beds(1.0), beds(2.0)
    assert cheap[0] == usual[0] == dear[0]
    assert cheap[1] > usual[1] > dear[1]


def test_a_price_of_policy_leaves_the_natural_column(facts: Facts, level: Level) -> None:
    people = level(200.0, codes=("230100",))
    price = {"x": {"from": 2022, "factor": 0.5, "levels": ["severe"], **ASSUMED}}
    pattern = model(pattern__price=price, pattern__reach=2030).pattern
    plain, insured = (
        care(RICH.model_copy(update={"pattern": item}), facts, level, people, rows=MIXED).demand()
        for item in (pattern.model_copy(update={"price": {}}), pattern)
    )
    for item in plain.series:
        if not item.part.endswith("-policy"):
            assert insured.find(item.measure, item.part).values == pytest.approx(item.values), (item.measure, item.part)
    before, after = (service.find("users", "institution-policy").values[:, 0] for service in (plain, insured))
    assert before[:2] == pytest.approx(after[:2])
    assert (after[2:] > before[2:]).all()


def test_figures_name_what_they_rest_on(facts: Facts, level: Level) -> None:
    named = {
        name: {"users": {**assumed(1.0), "source": f"made-{name}"}, "odds": odds(none=0.1)}
        for name in ("home", "meals", "day-care")
    }
    service = care(model(settings=named), facts, level, level(20.0, 200.0))
    demand = service.demand()
    for measure, part, there, absent in (
        ("users", "home", "made-home", "made-supply"),
        ("hours", "home", "made-home", "made-supply"),
        ("users", "day-care", "made-day-care", "made-home"),
        ("places", "day-care", "made-day-care", "made-supply"),
        ("meals", "all", "made-meals", "made-supply"),
        ("users", "institution", "made-supply", "made-home"),
        ("users", "community", "made-meals", "made-supply"),
        ("beds", "all", "made-supply", "made-home"),
        ("carers", "home", "made-home", "made-supply"),
        ("carers", "all", "made-day-care", "made-meals"),
    ):
        sources = demand.find(measure, part).source.split("; ")
        assert there in sources, (measure, part)
        assert absent not in sources, (measure, part)
    rows = {row[1]: row for row in service.told}
    assert rows["odds of meals"][4:6] == ("assumed", "made-meals")
    assert rows["odds of ordinary"][4:6] == ("derived", "made-supply")


def test_the_spread_of_use_is_none_when_counted_and_its_median_is_the_path(facts: Facts, level: Level) -> None:
    taste = np.linspace(-3, 3, 101)
    columns = level(*(200.0,) * 101, codes=("230100",) * 101)
    nation = level(20.0, codes=("000000",))
    made = care_facts(facts, rows=MIXED)
    drawn = Eldercare(RICH, made, columns, nation, CareTaste(taste)).demand()
    plain = Eldercare(RICH, made, level(200.0, codes=("230100",)), nation).demand()
    for part in ("institution", "home", "family"):
        middle = np.median(drawn.find("users", part).values, axis=1)
        assert middle == pytest.approx(plain.find("users", part).values[:, 0])
    homes, home = drawn.find("users", "institution").values, drawn.find("users", "home").values
    assert np.ptp(homes[1]) < 1e-9  # counted in 2021
    assert np.ptp(homes[4]) > 0.1 * homes[4].mean()
    assert np.ptp(home[1]) > 0.5 * home[1].mean()
    assert drawn.find("need").values == pytest.approx(np.repeat(plain.find("need").values, 101, axis=1))


def carers_of(shown: dict[str, float], levels: tuple[str, ...]) -> float:
    """Carers as a reader works them out from the explanation."""
    groups = ("severe", "other", "self-caring")
    norm = {name: shown[f"people per carer, {name}"] for name in groups}
    homes = sum(np.ceil(shown[f"residents of homes, {name}"] / norm[name] - 1e-9) for name in groups)
    hours = sum(shown[f"users of home care, {name}"] * shown[f"hours of home care a week, {name}"] for name in levels)
    assert hours == pytest.approx(shown["hours of home care a week"])
    there = shown["days a week a user comes"] / shown["days a week a centre is open"]
    day = sum(shown[f"users of day care, {name}"] / norm[name] for name in groups) * there
    return float(homes + np.ceil(hours / shown["hours a week with users per carer"] - 1e-9) + np.ceil(day - 1e-9))


@pytest.mark.parametrize(("spec", "rows"), [(SPEC, ()), (RICH, MIXED)])
def test_the_explanation_ends_in_the_demand(
    facts: Facts, level: Level, spec: EldercareSpec, rows: tuple[Any, ...]
) -> None:
    service = care(spec, facts, level, level(20.0, 200.0, codes=("230100", "230101")), rows=rows)
    demand = service.demand()
    factors = service.explain(1, 2023)
    results = [item.value for item in factors if item.kind == "result"]
    assert results == [demand.find("beds").values[3, 1], demand.find("carers").values[3, 1]]
    value = 1.0
    for item in factors:
        if item.kind in ("start", "times"):
            value *= item.value
        elif item.kind == "divided":
            value /= item.value
        elif item.kind == "subtotal":
            assert value == pytest.approx(item.value), item.name
    assert np.ceil(value - 1e-9) == results[0]
    assert carers_of({item.name: item.value for item in factors}, service.cells.levels) == results[1]
    assert all(item.source and item.status for item in factors)
    told = next(item.note for item in factors if item.name == "share of residents who need care")
    assert told == ("50 % in the nation, 2021" if rows else "odds of people without need are assumed")
    shown = " ".join(item.name for item in factors)
    for word in (
        "occupancy",
        "elasticity",
        "nursing-type",
        "per carer, severe",
        "under policy",
        "90-6-4",
        "use of homes",
    ):
        assert word in shown


def test_every_standard_that_is_used_is_told(facts: Facts, level: Level) -> None:
    service = care(RICH, facts, level, level(20.0, codes=("230100",)), rows=MIXED)
    names = {part: norm.name for part, norm in service.norms()}
    assert names["carers.severe"] == "severe-carer"
    assert names["pattern.beside.90-6-4"] == "home-4"
    assert names["lines.beds"] == "beds-line"
    assert len(names) == 10


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (model(institution__year=2023), "residents of 000000 in 2023"),
        (model(institution__earlier=2019, institution__between=2.0), "residents of 000000 in 2019"),
        (model(carers__severe="severe-carr"), "key carers.severe: .* found severe-carr\n.*did you mean severe-carer?"),
        (model(pattern__beside={"x": "home-9"}), "key pattern.beside.x: .* found home-9"),
        (model(floor={"new": "floor-2", "existing": "floor-15"}), "key floor.new: .* found floor-2"),
    ],
)
def test_what_is_missing_is_named(facts: Facts, level: Level, spec: EldercareSpec, says: str) -> None:
    with pytest.raises(InputError, match=says):
        care(spec, facts, level, level(20.0, codes=("230100",)))


def test_a_share_of_residents_that_is_no_percentage(facts: Facts, level: Level) -> None:
    made = care_facts(facts, rows=MIXED)
    wrong = dataclasses.replace(made.supply["000000", 2021, "eldercare", "half"], value=100.0)
    bad = dataclasses.replace(made, supply={**made.supply, ("000000", 2021, "eldercare", "half"): wrong})
    with pytest.raises(InputError, match="half of 000000: expected a percentage between 0 and 100, found 100"):
        Eldercare(RICH, bad, level(20.0, codes=("230100",)), level(20.0, codes=("000000",)))


@pytest.mark.parametrize("value", [0.0, 85.0])
def test_an_occupancy_beyond_sense_names_its_key(value: float) -> None:
    with pytest.raises(ValueError, match=r"(?s)institution.occupancy.*a number from 0.1 to 1"):
        model(institution__occupancy=assumed(value))


def test_households_of_nobody(facts: Facts, level: Level) -> None:
    made = dataclasses.replace(care_facts(facts, rows=MIXED), households={})
    service = Eldercare(RICH, made, level(20.0, codes=("230100",)), level(20.0, codes=("000000",)))
    with pytest.raises(InputError, match="persons per household of 230100"):
        service.demand()


def as_read(result: Result, **need: object) -> EldercareSpec:
    """The bundled model with another table of need."""
    care_of = result.models.eldercare
    return care_of.model_copy(update={"need": care_of.need.model_copy(update=need)})


def of_harbin(result: Result, spec: EldercareSpec) -> Eldercare:
    return Eldercare(spec, result.facts, result.people, result.nation)


TABLES = {
    # percent of the nation's 60+ in need in 2025, and levels
    "meta-analysis": (10.3, ("mild", "moderate", "severe")),
    "census-cannot-care": (2.4, ("severe",)),
    "chns-basic-adl": (10.2, ()),
    "elderly-survey-2021": (11.9, ()),
    "elderly-survey-2015": (18.9, ()),
    "charls-2018": (13.6, ("mild", "moderate", "severe")),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_that_ships_runs_and_is_its_own(baseline: Result, table: str) -> None:
    service = of_harbin(baseline, as_read(baseline, table=table))
    demand = service.demand()
    parts = {item.part for item in demand.series if item.measure == "need"}
    percent, levels = TABLES[table]
    assert parts & {"mild", "moderate", "severe"} == set(levels)
    nation, year = baseline.nation, baseline.nation.place(2025)
    share = (service.need.all * nation.people[year, 0]).sum() / nation.people[year, 0, :, 60:].sum()
    assert 100 * share == pytest.approx(percent, abs=0.35)
    # residents of the nation's homes are those counted, whatever the table; beds of Harbin hardly hang on it
    beds = demand.find("beds").values.sum(axis=1)
    usual = baseline.demand["eldercare"].find("beds").values.sum(axis=1)
    assert beds[year] == pytest.approx(usual[year], rel=0.05)
    assert service.explain(3, 2035)


def test_the_tables_of_the_model_are_all_tried(baseline: Result) -> None:
    assert set(baseline.models.eldercare.need.tables) == set(TABLES)


def test_the_nation_lives_in_homes_as_counted(baseline: Result) -> None:
    spec, nation = baseline.models.eldercare, baseline.nation
    service = Eldercare(spec, baseline.facts, nation, nation)
    year = nation.place(2024)
    users = service.figures().users[year, ..., 0]
    assert users[:, 3:].sum() == pytest.approx(2_307_000, rel=1e-9)
    assert users[:, 4].sum() == pytest.approx(2_307_000 * 0.657, rel=1e-9)
    assert users[1:, 3:].sum() / users[:, 3:].sum() == pytest.approx(0.5267, rel=1e-9)
    assert 100 * users[:, 0].sum() / service.cells.old[year, 0] == pytest.approx(0.47)


def test_a_shipped_definition_by_age_can_be_named_alone(baseline: Result) -> None:
    service = of_harbin(baseline, as_read(baseline, table="meta-analysis-adl"))
    assert service.need.levels == ("undivided",)
    # as published, not scaled: 10.8, 21.2 and 47 % of both sexes together
    people = baseline.nation.people[0, 0]
    for first, last, percent in ((60, 70, 10.8), (70, 80, 21.2)):
        rate = (service.need.all * people)[:, first:last].sum() / people[:, first:last].sum()
        assert 100 * rate == pytest.approx(percent, abs=0.1)


def test_what_was_solved_and_what_was_assumed_is_told(baseline: Result) -> None:
    rows = {row[1]: row for row in of_harbin(baseline, baseline.models.eldercare).told}
    assert rows["need scale"][2] == pytest.approx(0.5345, abs=1e-4)
    assert rows["severe share"][2] == pytest.approx(0.2316, abs=1e-4)
    # 2.15 million in the middle of 2020, 2.307 million at the end of 2024: +1.6 % a year, while need grew by 3.9 %
    assert rows["use of homes"][2] == pytest.approx(-2.37, abs=0.01)
    assert rows["homes.nursing-type.severe"][2:5] == (3.25, "ratio of odds", "assumed")
    assert "homes.ordinary.none" not in rows  # solved from the share of residents in need
    assert rows["carers.hours.severe"][2] == 7
    assert all(row[0] == "models/eldercare.toml" and row[5] and row[6] for row in rows.values())
