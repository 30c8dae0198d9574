from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGES, Floats
from forecast.errors import InputError
from forecast.project.nursery import BANDS, NurserySpec
from forecast.services.childcare.counts import carried
from forecast.services.childcare.nursery import Nursery
from forecast.services.childcare.use import Tastes
from forecast.services.facts import Fact, Facts, MonthlyBirths
from forecast.services.norms import Standard
from forecast.services.people import People
from forecast.services.series import WHOLE

Level = Callable[..., People]
EVEN = (0.0, 0.0, 1.0, 1.0, 1.0, 1.0)
PARENTS = {"230100": "230000", "230101": "230000"}
MIXED: dict[str, Any] = {"mixed": {"size": "mixed-18", "share": {"value": 0.5, "status": "assumed", "source": "made"}}}


def assumed(value: float) -> dict[str, object]:
    return {"value": value, "status": "assumed", "source": "made"}


def spec_of(weights: tuple[float, ...] = EVEN, take_up: dict[str, Any] | None = None, **more: Any) -> NurserySpec:
    return NurserySpec.model_validate(
        {
            "model": {"name": "nursery", "unit": "places", "why": "made"},
            "take_up": {
                "use": "use", "wish": "wish", "spread": assumed(0.5),
                "weights": {band: assumed(value) for band, value in zip(BANDS, weights, strict=True)},
                **(take_up or {}),
            },
            "class": {str(age): {"size": f"size-{age}", "carer": f"carer-{age}"} for age in range(3)},
            "lines": {
                "standard": {"standard": "per-1000", "per": "residents"},
                "other": {"standard": "per-1000", "per": "registered"},
            },
            **more,
        }
    )  # fmt: skip


@pytest.fixture
def known(facts: Facts) -> Facts:
    """With classes of 18 of mixed ages; half of all services inclusive."""
    mixed = Standard("mixed-18", 18.0, 18.0, "children per class", "made", "1", 2019, "verified", "made-standards")
    half = Fact(50.0, "percent", "verified", "made-inclusive")
    supply = {**facts.supply, ("000000", 2021, "nursery", "inclusive"): half}
    return replace(facts, standards={**facts.standards, "mixed-18": mixed}, supply=supply)


@pytest.fixture
def made(known: Facts, level: Level) -> Callable[..., Nursery]:
    """A nursery of two areas, with a thousand and ten children at each year of age."""

    def make(spec: NurserySpec | None = None, facts: Facts | None = None, people: People | None = None) -> Nursery:
        here = level(1000.0, 10.0) if people is None else people
        return Nursery(spec or spec_of(), facts or known, here, level(100.0, codes=("000000",)))

    return make


def at(nursery: Nursery, measure: str, part: str = "all", year: int = 1) -> list[float]:
    return [float(value) for value in nursery.demand().find(measure, part).values[year]]


def test_those_who_carry_the_share() -> None:
    children, halves = np.full(3, 100.0), np.full((3, 2), 0.5)
    # 6 % of 300 under-threes are 18, all of them among the 200 of one and two: 9 % of these
    assert 0.06 * carried(children, halves, np.array(EVEN).reshape(3, 2)) == pytest.approx(0.09)
    assert carried(children, halves, np.ones((3, 2))) == pytest.approx(1.0)
    # nobody before 18 months, two-year-olds twice as much: 18 users = r (50 + 2 x 100)
    uneven = np.array([[0, 0], [0, 1], [2, 2]])
    assert 0.06 * carried(children, halves, uneven) == pytest.approx(18 / 250)


def test_by_hand(made: Callable[..., Nursery]) -> None:
    nursery = made()
    assert at(nursery, "people") == [3000, 30]
    assert at(nursery, "users", "age-0") == [0, 0]
    assert at(nursery, "users", "age-2") == pytest.approx([90, 0.9])
    assert at(nursery, "users") == pytest.approx([180, 1.8])
    assert at(nursery, "wish") == pytest.approx([900, 9])  # 30 % of all, carried by two ages: 45 % of 2000
    assert at(nursery, "places") == [180, 2]  # 0.9 of a child needs a place at each age
    assert at(nursery, "classes", "age-1") == [6, 1]  # 90 / 15
    assert at(nursery, "classes", "age-2") == [5, 1]  # 90 / 20 = 4.5
    assert at(nursery, "classes") == [11, 2]
    assert at(nursery, "carers") == [18 + 13, 2]  # 90 / 5 and 90 / 7 = 12.9
    # 4.5 places per 1000 residents: a line, never demand
    assert at(nursery, "places", "standard") == pytest.approx([100 * 1000 * 4.5 / 1000, 4.5])
    assert nursery.demand().find("places", "standard").born is None


def test_use_follows_the_years_on_record_and_then_stays(made: Callable[..., Nursery]) -> None:
    # 1 % in 2020 and 6 % in 2021: 1.5 and 9 % of one- and two-year-olds
    users = made().demand().find("users").values[:, 0]
    assert users.tolist() == pytest.approx([30, 180, 180, 180, 180])


def test_points_and_a_target_beside_it(made: Callable[..., Nursery]) -> None:
    points = {"points": {"2023": assumed(0.10)}}
    assert made(spec_of(take_up=points)).demand().find("users").values[:, 0].tolist() == pytest.approx(
        [30, 180, 240, 300, 300]  # 6 to 10 % of 3000 in two years
    )
    target = made(spec_of(take_up={"target": {"2023": assumed(0.5)}}))
    # half of the wish of 30 %: 15 % of 3000 in 2023, on the way from 6 % in 2021
    assert target.demand().find("users", "policy").values[:, 0].tolist() == pytest.approx([30, 180, 315, 450, 450])
    assert target.demand().find("places", "policy").values[3, 0] == pytest.approx(450)
    assert at(target, "users", year=3) == pytest.approx([180, 1.8])  # the natural column stays
    assert not [item for item in made().demand().series if item.part == "policy"]


def test_what_is_inclusive(made: Callable[..., Nursery]) -> None:
    nursery = made(spec_of(take_up={"inclusive": "inclusive"}))
    assert at(nursery, "users", "inclusive") == pytest.approx([90, 0.9])
    assert at(nursery, "places", "inclusive") == [90, 1]
    assert "made-inclusive" in nursery.demand().find("users", "inclusive").source
    assert not [item for item in made().demand().series if item.part == "inclusive"]


def test_mixed_classes_by_hand(made: Callable[..., Nursery]) -> None:
    nursery = made(spec_of(**MIXED))
    # 90 users of one year, 45 of them from 18 months on, and 90 of two years: half of 135 sit in mixed classes
    assert at(nursery, "classes", "mixed") == [4, 1]  # 67.5 / 18 = 3.75
    assert at(nursery, "classes", "age-1") == [5, 1]  # 67.5 / 15 = 4.5
    assert at(nursery, "classes", "age-2") == [3, 1]  # 45 / 20 = 2.25
    assert at(nursery, "classes") == [12, 3]
    # 22.5 at 5 to a carer and 45 at 7: 4.5 + 6.43
    assert at(nursery, "carers", "mixed") == [11, 1]
    only: dict[str, Any] = {
        "mixed": {**MIXED["mixed"], "carer": "carer-2", "share": assumed(0.0), "by_area": {"230101": assumed(1.0)}}
    }
    other = made(spec_of(**only))
    # ten children of each age: 0.45 + 0.9 users in one mixed class, none of two years in a class of their own
    assert at(other, "classes", "mixed") == [0, 1]
    assert at(other, "classes", "age-2") == [5, 0]
    assert at(other, "carers", "mixed") == [0, 1]


def test_months_shift_users_between_halves(made: Callable[..., Nursery], known: Facts) -> None:
    # everybody born in January: on 31 December all have completed 11, 23, 35 months
    january = MonthlyBirths((12.0, *(0.0,) * 11), "observed", "made-months")
    here = replace(known, births_by_month={("230000", 2020): january}, parents=PARENTS)
    nursery = made(spec_of((0.0, 0.0, 0.0, 1.0, 1.0, 1.0)), here)
    # the nation's births are even: 18 users = r (50 + 100), 12 %; here all 1000 of one year are 23 months old
    assert at(nursery, "users", "age-1") == pytest.approx([120, 1.2])
    assert at(made(spec_of((0.0, 0.0, 0.0, 1.0, 1.0, 1.0))), "users", "age-1") == pytest.approx([60, 0.6])


def test_the_line_per_registered_person(made: Callable[..., Nursery], level: Level) -> None:
    assert not [item for item in made().demand().series if item.part == "standard-registered"]
    assert any("register" in row[-1] for row in made().derived)
    told = [item.note for item in made().explain(0, 2022) if item.kind == "line"]
    assert any("registered people are not known" in note for note in told)
    people = replace(level(1000.0, 10.0), registered=np.full((5, 2), 2000.0))
    nursery = made(people=people)
    assert at(nursery, "places", "standard-registered") == [9, 9]
    assert not any("register" in row[-1] for row in nursery.derived)


def test_shares_already_born(made: Callable[..., Nursery]) -> None:
    # births on record up to 2022; in 2023 those aged 1 and 2 are born, those aged 0 are not
    service = made().demand()
    place = 3
    keys = (("people", "age-0"), ("people", "age-1"), ("people", "all"), ("users", "all"))
    born = {key: service.find(*key).born for key in keys}
    shares = {key: value[place, 0] for key, value in born.items() if value is not None}
    assert shares == pytest.approx(
        {("people", "age-0"): 0.0, ("people", "age-1"): 1.0, ("people", "all"): 2 / 3, ("users", "all"): 1.0}
    )


@pytest.mark.parametrize("mixed", [{}, MIXED])
@pytest.mark.parametrize("year", [2020, 2022, 2024])
def test_the_factors_give_the_demand(made: Callable[..., Nursery], mixed: dict[str, Any], year: int) -> None:
    """Whoever multiplies along gets the published figures."""
    nursery = made(spec_of((0.0, 0.5, 1.0, 1.0, 2.0, 2.0), {"inclusive": "inclusive"}, **mixed))
    service, place = nursery.demand(), nursery.people.place(year)
    for area in (0, 1):
        factors = nursery.explain(area, year)
        assert all(item.source and item.status for item in factors)
        results = {item.name: item.value for item in factors if item.kind == "result"}
        assert results == {name: service.find(name).values[place, area] for name in ("places", "classes", "carers")}
        running, users = 0.0, []
        for item in factors:
            if item.kind == "start":
                running = item.value
            elif item.kind == "times":
                running *= item.value
            elif item.kind == "subtotal" and item.name.endswith("31 December"):
                assert running == pytest.approx(item.value)
            elif item.kind == "subtotal" and item.name.startswith("users of"):
                assert running == pytest.approx(item.value)
                users.append(item.value)
        assert len(users) == len(BANDS)
        assert sum(users) == pytest.approx(service.find("users").values[place, area])
        for head, step, end in zip(factors, factors[1:], factors[2:], strict=False):
            if step.kind == "divided":
                exact = head.value / step.value
                whole = end.name.endswith("rounded up")
                assert end.value == (np.ceil(max(exact - WHOLE, 0)) if whole else pytest.approx(exact))


def test_trajectories_differ_by_taste_and_only_after_the_last_measured_year(known: Facts, level: Level) -> None:
    columns = level(1000.0, 1000.0, 1000.0, codes=("230101",) * 3)
    nation = level(100.0, codes=("000000",))
    target = spec_of(take_up={"target": {"2023": assumed(0.5)}})
    drawn = Nursery(target, known, columns, nation, Tastes(np.array([-1.0, 0.0, 1.0]))).demand()
    users = drawn.find("users").values
    assert users[:2] == pytest.approx(np.array([[30.0] * 3, [180.0] * 3]))
    # three years after 2021: sd 0.5 x root of 0.3
    step = np.exp(0.5 * np.sqrt(0.3))
    assert users[4] == pytest.approx([180 / step, 180, 180 * step])
    assert drawn.find("users", "policy").values[4] == pytest.approx([450 / step, 450, 450 * step])
    assert drawn.find("users").born is None
    # never more users than wish a place: 30 % of all under-threes, 45 % of those of one and two
    wild = (
        Nursery(spec_of(), known, columns, nation, Tastes(np.array([-20.0, 0.0, 20.0]))).demand().find("users", "age-2")
    )
    assert wild.values[4, 2] == pytest.approx(450.0)


def counted(known: Facts, **rows: float) -> Facts:
    """With counts below the nation under keys such as a230100_2022_use."""
    supply = dict(known.supply)
    for key, value in rows.items():
        area, year, measure = key.removeprefix("a").split("_")
        supply[area, int(year), "nursery", measure] = Fact(value, "percent", "observed", f"of-{area}")
    return replace(known, supply=supply, parents={"230100": "230000", "230101": "230000", "230000": "000000"})


def test_a_count_below_the_nation_replaces_its_use_from_its_year_on(made: Callable[..., Nursery], known: Facts) -> None:
    # areas 230100 and 230101; the first was counted at 12 % in 2022, twice the nation's 6 %
    points = spec_of(take_up={"points": {"2024": assumed(0.12)}})
    nursery = made(points, counted(known, a230100_2022_use=16.0))
    users = nursery.demand().find("users").values
    # the nation: 1, 6, 8, 10, 12 % of 3000; the area 16 % in 2022 and twice the nation's from then on
    assert users[:, 0].tolist() == pytest.approx([30, 180, 480, 600, 720])
    assert users[:, 1].tolist() == pytest.approx([0.3, 1.8, 2.4, 3.0, 3.6])
    assert "of-230100" in nursery.demand().find("users").source
    told = {item.name: item for item in nursery.explain(0, 2023)}
    assert told["use here over the nation's"].value == pytest.approx(2.0)
    assert told["use here over the nation's"].source == "of-230100"
    assert "230100: 16 % in 2022" in told["use here over the nation's"].note
    assert "use here over the nation's" not in {item.name for item in nursery.explain(1, 2023)}
    assert "use here over the nation's" not in {item.name for item in nursery.explain(0, 2021)}


def test_between_two_counts_the_ratio_is_interpolated(made: Callable[..., Nursery], known: Facts) -> None:
    users = made(facts=counted(known, a230100_2021_use=6.0, a230100_2023_use=12.0)).demand().find("users").values
    assert users[:, 0].tolist() == pytest.approx([30, 180, 270, 360, 360])


def test_the_nearest_place_with_a_count_serves_all_below_it(made: Callable[..., Nursery], known: Facts) -> None:
    # the province is the sum of both areas here: even ages, so its share of under-threes is theirs
    users = made(facts=counted(known, a230000_2022_use=12.0, a230101_2022_use=3.0)).demand().find("users").values
    assert users[3].tolist() == pytest.approx([360, 0.9])
    assert users[0].tolist() == pytest.approx([30, 0.3])


def test_a_count_above_is_met_by_the_ages_of_its_own_children(known: Facts, level: Level) -> None:
    people = np.zeros((5, 2, 2, AGES))
    people[..., 0, :3] = [[300.0, 100.0, 100.0], [0.0, 100.0, 100.0]]
    base = level(1.0, 1.0)
    here = People(base.areas, base.years, people, base.births, 2022, 2023)
    facts = counted(known, a230000_2022_use=20.0)
    found = Nursery(spec_of(), facts, here, level(9.0, codes=("000000",))).demand().find("users").values
    assert found[2].sum() == pytest.approx(0.20 * 700)


def test_the_wish_and_what_is_inclusive_are_local_too(made: Callable[..., Nursery], known: Facts) -> None:
    facts = counted(known, a230100_2022_wish=40.0, a230100_2023_inclusive=80.0)
    nursery = made(spec_of(take_up={"inclusive": "inclusive", "target": {"2024": assumed(0.5)}}), facts)
    assert nursery.demand().find("wish").values[:, 0].tolist() == pytest.approx([900, 900, 1200, 1200, 1200])
    assert nursery.demand().find("users", "inclusive").values[:, 0].tolist() == pytest.approx([15, 90, 90, 144, 144])
    assert at(nursery, "users", "policy", 4) == pytest.approx([600, 4.5])  # half of the wish of each
    told = {item.name: item for item in nursery.explain(0, 2023)}
    assert told["children whose parents wish a place"].source == "of-230100"
    assert told["users, inclusive"].source == "of-230100"


def test_trajectories_follow_counts_worked_out_before(made: Callable[..., Nursery], known: Facts, level: Level) -> None:
    facts = counted(known, a230100_2022_use=12.0)
    whole = made(facts=facts)
    columns = level(1000.0, 1000.0, codes=("230100",) * 2)
    tastes = Tastes(np.array([-1.0, 1.0]), np.array([-2.0, 2.0]))
    local = spec_of(take_up={"local": assumed(0.3)})
    drawn = Nursery(local, facts, columns, level(100.0, codes=("000000",)), tastes, whole.counts).demand()
    users = drawn.find("users").values
    # 2021, before the count: the level of the area is not known; 2022: it is
    assert users[1] == pytest.approx(180 * np.exp(np.array([-0.6, 0.6]) - 0.045))
    assert users[2] == pytest.approx([360, 360])
    # two years after its own count, one standard deviation
    step = np.exp(0.5 * np.sqrt(0.2))
    assert users[4] == pytest.approx([360 / step, 360 * step])


def test_the_level_of_an_area_is_unsure_from_the_first_year_on(known: Facts, level: Level) -> None:
    rng = np.random.default_rng(5)
    size = 4000
    columns = level(*(1000.0,) * size, codes=("230101",) * size)
    nation = level(100.0, codes=("000000",))
    tastes = Tastes(np.zeros(size), rng.standard_normal(size))
    spec = spec_of(take_up={"local": assumed(0.3)})
    users = Nursery(spec, known, columns, nation, tastes).demand().find("users").values
    assert np.std(np.log(users[0])) == pytest.approx(0.3, rel=0.03)
    assert users[0].mean() == pytest.approx(30.0, rel=0.02)  # the nation's use is the mean of its areas'
    plain = Nursery(spec_of(), known, columns, nation, tastes).demand().find("users").values
    assert plain[0] == pytest.approx(np.full(size, 30.0))
    point = Nursery(spec, known, level(1000.0, codes=("230101",)), nation).demand().find("users").values
    assert point[:, 0].tolist() == pytest.approx([30, 180, 180, 180, 180])


def test_no_trajectory_passes_the_ceiling(known: Facts, level: Level) -> None:
    columns, nation = level(1000.0, 1000.0, codes=("230101",) * 2), level(100.0, codes=("000000",))
    wild = Tastes(np.array([0.0, 30.0]), np.array([0.0, 30.0]))

    def users(take_up: dict[str, Any], facts: Facts = known) -> list[float]:
        found = Nursery(spec_of(take_up=take_up), facts, columns, nation, wild).demand()
        return [float(value) for value in found.find("users").values[4]]

    assert users({}) == pytest.approx([180, 900])  # the wish, 30 % of 3000
    assert users({"most": assumed(0.2)}) == pytest.approx([180, 600])
    # whoever is counted above the wish proves it wrong: every child of one and two years is the limit
    assert users({}, counted(known, a230101_2022_use=50.0)) == pytest.approx([1500, 2000])


def test_users_of_the_launch_are_no_observation(made: Callable[..., Nursery]) -> None:
    factors = made().explain(0, 2020)
    status = {item.name: item.status for item in factors}
    assert status["users aged 1"] == status["places"] == status["classes"] == "nowcast"
    assert status["children of 12-17 months on 31 December"] == "observed"


def test_the_rate_of_a_year_has_the_sources_of_that_year(made: Callable[..., Nursery], known: Facts) -> None:
    supply = {
        **known.supply,
        ("000000", 2021, "nursery", "use"): Fact(6.0, "percent", "verified", "one"),
        ("000000", 2023, "nursery", "use"): Fact(8.0, "percent", "verified", "two"),
    }
    supply.pop(("000000", 2020, "nursery", "use"))
    spec = spec_of(take_up={"points": {"2024": assumed(0.1)}})
    nursery = made(spec, replace(known, supply=supply))

    def told(year: int) -> tuple[str, str]:
        found = next(item for item in nursery.explain(0, year) if item.name == "use per unit of weight")
        return found.status, found.source

    assert [told(year) for year in range(2020, 2025)] == [
        ("derived", "one"), ("derived", "one"), ("derived", "one; two"), ("derived", "two"), ("assumed", "made"),
    ]  # fmt: skip


def test_carers_of_mixed_classes_multiply(made: Callable[..., Nursery]) -> None:
    factors = made(spec_of(**MIXED)).explain(0, 2022)
    parts = {item.name: item.value for item in factors if item.name.startswith("carers for")}
    # 22.5 children at 5 and 45 at 7 to a carer
    assert parts == pytest.approx({"carers for 18-23 months": 4.5, "carers for 24-35 months": 45 / 7})
    place = [item.name for item in factors].index("carers for 24-35 months")
    assert factors[place + 1].value == np.ceil(sum(parts.values()))


def test_its_norms_are_named(made: Callable[..., Nursery]) -> None:
    named = [(part, norm.name) for part, norm in made(spec_of(**MIXED)).norms()]
    assert ("age-1", "size-1") in named
    assert ("mixed", "mixed-18") in named
    assert ("age-2", "carer-2") in named
    assert ("standard", "per-1000") in named


@given(
    st.lists(st.floats(0, 5000), min_size=9, max_size=9),
    st.floats(0, 1),
    st.floats(1, 3),
)
def test_classes_hold_the_users_and_no_class_is_idle(
    level: Level, facts: Facts, children: list[float], share: float, more: float
) -> None:
    mixed = Standard("mixed-18", 18.0, 18.0, "children per class", "made", "1", 2019, "verified", "made-standards")
    known = replace(facts, standards={**facts.standards, "mixed-18": mixed})
    spec = spec_of((0.0, 0.3, 1.0, 1.0, 1.5, 2.0), mixed={"size": "mixed-18", "share": assumed(share)})

    def service(times: float) -> tuple[Nursery, list[Floats]]:
        people = np.zeros((5, 3, 2, AGES))
        people[..., 0, :3] = times * np.array(children).reshape(3, 3)
        base = level(1.0, 1.0, 1.0)
        made = Nursery(
            spec, known, People(base.areas, base.years, people, base.births, 2022, 2023), level(9.0, codes=("000000",))
        )
        return made, [made.using(age, made.rates) for age in range(3)]

    nursery, users = service(1.0)
    seats = nursery.seats(users)
    assert sum(seats.values()) == pytest.approx(sum(users))
    sizes = {"age-0": 10, "age-1": 15, "age-2": 20, "mixed": 18}
    for part, seated in seats.items():
        classes = nursery.demand().find("classes", part).values
        assert (classes * sizes[part] >= seated - 1e-6).all()
        assert ((classes - 1) * sizes[part] < seated + 1e-6)[classes > 0].all()
    larger, _ = service(more)
    for measure in ("users", "places", "classes", "carers", "wish"):
        assert (larger.demand().find(measure).values >= nursery.demand().find(measure).values - 1e-6).all()


@pytest.mark.parametrize("key", ["points", "target"])
def test_a_point_in_a_measured_year_is_refused(made: Callable[..., Nursery], key: str) -> None:
    with pytest.raises(InputError, match=rf"take_up.{key}.2021: .* a year after 2021"):
        made(spec_of(take_up={key: {"2021": assumed(0.5), "2030": assumed(0.6)}}))


@pytest.mark.parametrize(("key", "name"), [("use", "usee"), ("wish", "wishes"), ("inclusive", "inclusives")])
def test_a_measure_that_is_not_there_is_named(made: Callable[..., Nursery], key: str, name: str) -> None:
    with pytest.raises(InputError, match=f"take_up.{key}.*{name}"):
        made(spec_of(take_up={key: name}))


def test_a_standard_that_is_not_there_is_named(made: Callable[..., Nursery]) -> None:
    lost: dict[str, Any] = {"mixed": {**MIXED["mixed"], "size": "mixed-19"}}
    with pytest.raises(InputError, match=r"mixed\.size.*mixed-19"):
        made(spec_of(**lost))
