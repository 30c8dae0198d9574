"""Standards, supply and births by month that change nothing are told; local counts of nursery use act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.demography.noise import Draws
from forecast.errors import InputError
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.trajectories import drawn
from forecast.run.unused_provision import idle_standards, standard_remarks
from forecast.run.unused_rows import Unused, unused_rows
from forecast.services.series import Series
from forecast.tables.project_tables import read_tables

STANDARDS = (
    "standard,service,indicator,applies_to,jurisdiction,area,minimum,maximum,unit,replaces,target_year,document,"
    "document_number,year,clause,effective_from,effective_to,kind,text,source,status,confidence\n"
)
SUPPLY = "area,year,period,service,measure,value,unit,source,status,confidence\n"
MONTHS = "area,year,month,births,source,status,confidence\n"
END = "laoyou-method,observed,high\n"
Project = Callable[..., tuple[Result, Frames]]


@pytest.fixture
def project(copy: Path) -> Project:
    """The bundled project with rows of its own in tables of the city, computed."""

    def make(**tables: str) -> tuple[Result, Frames]:
        for name, text in tables.items():
            (copy / "data" / "harbin" / f"{name}.csv").write_text(text, "utf-8")
        frames = read_tables(copy)
        return compute(copy, Desk(frames), "baseline"), frames

    return make


def standard(name: str, applies: str, size: int = 12, replaces: str = "", first: str = "", area: str = "230102") -> str:
    kind = f"nursery,class_size,{applies},Daoli,{area},{size},{size},children per class,{replaces}"
    return f"{name},{kind},,made,,2024,,{first},,cap,,{END}"


def told(result: Result, frames: Frames, table: str) -> list[Unused]:
    return [item for item in unused_rows(result, frames) if item.table == table]


def test_a_local_standard_in_other_words_is_told_with_what_was_meant(project: Project) -> None:
    rows = standard("daoli-toddlers", "toddler class") + standard("daoli-infants", "infant class 6-12 months", 8)
    result, frames = project(standards=STANDARDS + rows)
    (idle,) = idle_standards(result)
    assert idle.row.name == "daoli-toddlers"
    assert idle.followed.name == "nursery-class-size-12-24m"
    assert idle.meant == "toddler class 12-24 months"
    (item,) = told(result, frames, "standards")
    assert (item.why, item.blanks["name"]) == ("standard", "daoli-toddlers")
    assert "put nursery-class-size-12-24m into its column replaces" in standard_remarks(result)[0]


def test_a_later_target_is_told_and_another_kind_is_not(project: Project) -> None:
    target = "nursery,places_per_1000,target for 2030,national,000000,6,6,places per 1000 residents"
    other = "nursery,places_per_1000,a standard of villages,national,000000,2,2,places per 1000 residents"
    rows = f"later,{target},,2030,made,,2026,,,,target,,{END}villages,{other},,,made,,2026,,,,norm,,{END}"
    result, _ = project(standards=STANDARDS + rows)
    assert [(item.row.name, item.followed.name) for item in idle_standards(result)] == [
        ("later", "nursery-places-per-1000-2025")
    ]


def test_what_replaces_is_followed_whatever_its_words(project: Project, baseline: Result) -> None:
    result, frames = project(
        standards=STANDARDS + standard("daoli", "toddlers", 12, "nursery-class-size-12-24m", first="2028")
    )
    assert not told(result, frames, "standards")
    before, after = (item.demand["nursery"].find("classes", "age-1").values[:, [0, 1]] for item in (baseline, result))
    assert (after[8:, 0] > before[8:, 0]).all()
    assert np.array_equal(after[:8], before[:8])
    assert np.array_equal(after[:, 1], before[:, 1])


@pytest.mark.parametrize(
    ("replaces", "found"),
    [
        ("nursery-class-size-12-24", "did you mean nursery-class-size-12-24m"),
        ("daoli", "another standard of nursery class_size"),
        ("primary-class-size", "another standard of nursery class_size"),
    ],
)
def test_what_cannot_be_replaced_is_a_fault(project: Project, replaces: str, found: str) -> None:
    with pytest.raises(InputError, match=found):
        project(standards=STANDARDS + standard("daoli", "toddlers", 12, replaces))


def test_a_figure_beyond_sense_is_found_before_anything_is_computed(project: Project) -> None:
    with pytest.raises(InputError, match=r"standards\.csv, row 2 \(daoli\), column minimum: .* from 1 to 200"):
        project(standards=STANDARDS + standard("daoli", "toddler class 12-24 months", 0))


def test_use_of_the_city_acts_on_its_districts(project: Project, baseline: Result) -> None:
    rows = f"230100,2025,,nursery,use_share_under_3,20,percent,{END}"
    result, frames = project(supply=SUPPLY + rows)
    users, before = (item.demand["nursery"].find("users").values for item in (result, baseline))
    children = result.demand["nursery"].find("people").values
    assert users[5].sum() == pytest.approx(0.20 * children[5].sum())
    assert users[:5] == pytest.approx(before[:5])
    ratio = users[5, 0] / before[5, 0]
    assert users[5:] / before[5:] == pytest.approx(np.full((26, 18), ratio))
    assert not [item for item in told(result, frames, "supply") if "use_share_under_3" in str(item.blanks)]
    draws = drawn(result, result.systems.sample(_draws(result)), {})
    place = [(item.part, item.measure) for item in _series(result)].index(("all", "users"))
    # places between the districts still differ: what is known is the city's
    assert draws.demand.mean[place, 5, -1] == pytest.approx(users[5].sum(), rel=0.05)


def test_use_of_a_district_is_certain_in_its_year(project: Project) -> None:
    rows = f"230102,2025,,nursery,use_share_under_3,20,percent,{END}"
    result, _ = project(supply=SUPPLY + rows)
    draws = drawn(result, result.systems.sample(_draws(result)), {})
    place = [(item.part, item.measure) for item in _series(result)].index(("all", "users"))
    low, high = draws.demand.quantiles[[0, -1], place, 5, :]
    spread = np.log(high / low)
    assert spread[0] < 0.2 < spread[1:-1].min()


def test_supply_that_changes_nothing_is_told(project: Project) -> None:
    rows = [
        "310000,2025,,nursery,use_share_under_3,20,percent,",
        "230100,2025,plan,nursery,use_share_under_3,30,percent,",
        "230100,2015,,nursery,use_share_under_3,5,percent,",
        "230100,2025,,nursery,use_of_under_3,20,percent,",
        "230100,2024,,eldercare,residents_with_adl_limitation_share,60,percent,",
    ]
    result, frames = project(supply=SUPPLY + "".join(row + END for row in rows))
    found = {item.why: str(item.blanks) for item in told(result, frames, "supply")}
    assert "310000" in found["strange_area"]
    assert "use_share_under_3" in found["plan"]
    assert "2015" in found["supply_year"]
    assert "230100 residents_with_adl_limitation_share" in found["nation_only"]
    assert "use_of_under_3" in found["reading"]
    users = result.demand["nursery"].find("users").values
    plain, _ = project(supply=SUPPLY)
    assert users == pytest.approx(plain.demand["nursery"].find("users").values)


def test_a_year_without_births_is_told(project: Project) -> None:
    zeros = "".join(f"230100,2022,{month},0,{END}" for month in range(1, 13))
    result, frames = project(births_by_month=MONTHS + zeros)
    (item,) = told(result, frames, "births_by_month")
    assert (item.rows, item.why) == (12, "no_season")


def test_a_gap_is_no_count(copy: Path, frames: Frames) -> None:
    rows = "230100,2025,,nursery,use_share_under_3,0,percent,laoyou-method,gap,none\n"
    (copy / "data" / "harbin" / "supply.csv").write_text(SUPPLY + rows, "utf-8")
    result = compute(copy, Desk(read_tables(copy)), "baseline")
    assert result.demand["nursery"].find("users").values[5].sum() > 1000


def _draws(result: Result) -> Draws:
    return Draws(7, range(100), result.parents[0].code)


def _series(result: Result) -> list[Series]:
    return [item for service in result.demand.values() for item in service.series]
