from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.demography.hidden import unheard
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.place_inputs import dwellings, observed_moves, settlement

AREAS = ("230102", "230103")
Table = Callable[..., pd.DataFrame]
SAID = {"source": "laoyou-method", "status": "assumed", "confidence": "low", "note": None}


def housing(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"area": ["230109"], "year": [2026], "dwellings": [20000.0], "household_size": [np.nan], **SAID}
                        | columns)  # fmt: skip


def moves(**columns: object) -> pd.DataFrame:
    rows = {"year": [2019, 2019], "origin": ["230102", "000000"], "destination": ["230103", "230102"]}
    return pd.DataFrame({**rows, "age_start": [np.nan] * 2, "age_width": [np.nan] * 2, "people": [500.0, 40.0], **SAID}
                        | columns)  # fmt: skip


def test_places_of_the_project(harbin: Path, frames: Frames) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    found = settlement(frames, models, AREAS)
    assert found is not None
    # 道里 and 南岗 at the census of 2020, and at that of 2010 under its own names
    assert found.near.tolist() == [[97198.0, 246867.0], [277607.0, 451347.0]]
    assert found.far[1].tolist() == [40012.0, 122488.0]
    assert found.urban[:, 0].tolist() == [821505.0, 1023936.0]
    assert (found.lon > 126).all()
    assert (found.lat < 46).all()
    net = load_models(harbin, load_scenario(harbin, "net-rates"))
    assert settlement(frames, net, AREAS) is None


def test_what_is_missing_is_named(harbin: Path, frames: Frames) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    known = frames["indicators"]
    without = known[(known["area"] != "230103") | (known["indicator"] != "urban_pop")]
    with pytest.raises(InputError) as caught:
        settlement({**frames, "indicators": without}, models, AREAS)
    fault = caught.value.faults[0]
    assert (fault.where, fault.found) == ("data/**/indicators", "none for 230103")
    assert "urban_pop" in fault.expected
    assert "residual" in fault.way_out


def test_a_middle_that_is_blank_falls_back_on_the_seat(harbin: Path, frames: Frames) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    areas = frames["areas"].assign(centroid_lon=np.nan, centroid_lat=np.nan)
    found = settlement({**frames, "areas": areas}, models, AREAS)
    assert found is not None
    assert found.lon.tolist() == pytest.approx([126.612532, 126.652098])


def test_dwellings_by_year(harbin: Path, frames: Frames) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    assert dwellings(frames, models, AREAS) == {}
    found = dwellings({**frames, "housing": housing(area=["230103"], household_size=[2.5])}, models, AREAS)
    assert found[2026].completed.tolist() == [0.0, 20000.0]
    assert np.isnan(found[2026].household[0])
    assert found[2026].household[1] == 2.5
    with pytest.raises(InputError, match="230109"):
        dwellings({**frames, "housing": housing()}, models, AREAS)
    without = models.model_copy(update={"movement": models.movement.model_copy(update={"housing": None})})
    with pytest.raises(InputError, match="housing"):
        dwellings({**frames, "housing": housing(area=["230103"])}, without, AREAS)
    gap = {**frames, "housing": housing(area=["230103"], status=["gap"])}
    assert dwellings(gap, models, AREAS) == {}


def test_a_table_of_moves(harbin: Path, frames: Frames) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    assert observed_moves(frames, models, AREAS) is None
    twice = pd.concat([moves(), moves(year=[2020, 2020], people=[300.0, 60.0])], ignore_index=True)
    found = observed_moves({**frames, "migration": twice}, models, AREAS)
    assert found is not None
    # areas, rest of the province, rest of the country; the mean of two years
    assert found.pairs[0, 1] == 400.0
    assert found.pairs[3, 0] == 50.0
    assert np.isnan(found.pairs[1, 0])
    assert found.ages.size == 0
    by_age = moves(age_start=[20.0, 20.0], age_width=[5.0, 5.0])
    told = observed_moves({**frames, "migration": by_age}, models, AREAS)
    assert told is not None
    assert (told.ages.tolist(), told.counts.tolist(), told.widths.tolist()) == ([22.5], [540.0], [5.0])
    assert told.pairs[0, 1] == 500.0
    with pytest.raises(InputError, match="230199"):
        observed_moves({**frames, "migration": moves(origin=["230199", "000000"])}, models, AREAS)
    assert models.movement.gravity is not None
    gravity = models.movement.gravity.model_copy(update={"terms": ("housing",)})
    asking = models.model_copy(update={"movement": models.movement.model_copy(update={"gravity": gravity})})
    with pytest.raises(InputError, match=r"gravity\.terms"):
        observed_moves({**frames, "migration": moves()}, asking, AREAS)
    both = {**frames, "migration": moves(), "housing": housing(area=["230103"])}
    built = observed_moves(both, asking, AREAS)
    assert built is not None
    assert built.growth.tolist() == pytest.approx([0.0, 20000.0 / 506195.0])


def test_tables_that_nothing_asks_for_are_told(harbin: Path, frames: Frames) -> None:
    late = housing(area=["230109"] * 2, year=[2026, 2060], dwellings=[2e4, 1e4], household_size=[np.nan] * 2)
    desk = Desk({**frames, "housing": late, "migration": moves()})
    net = compute(harbin, desk, "net-rates")
    told = {(item.measure, item.year) for item in unheard(net.models, net.evidence)}
    assert {("dwellings", 2026), ("dwellings", 2060), ("observed moves", 2021)} <= told
    plain = compute(harbin, Desk(frames), "net-rates")
    assert np.array_equal(net.systems.districts.people, plain.systems.districts.people)
    few = Desk({**frames, "housing": late})
    base = compute(harbin, few, "baseline")
    assert [item.year for item in unheard(base.models, base.evidence) if item.measure == "dwellings"] == [2060]


def test_dwellings_bring_people_and_their_children(harbin: Path, frames: Frames, baseline: Result) -> None:
    planned = Desk({**frames, "housing": housing()})
    built = compute(harbin, planned, "baseline")
    place = built.evidence.areas.index("230109")
    before, after = baseline.systems.districts, built.systems.districts
    more = (after.people - before.people)[:, place]
    year = after.years.index(2030)
    # 20,000 dwellings x 2.23 people, a fifth empty, half of them there anyway: 17,840 by 2029, less those who move
    # on, and with the children they have and whom they draw
    assert 12_000 < more[year].sum() < 19_000
    assert abs(more[after.years.index(2025)]).max() < 1e-6
    # young families bring children, and bear more afterwards
    assert more[after.years.index(2026), :, :10].sum() > 0.2 * more[after.years.index(2026)].sum()
    born = (after.accounts.births - before.accounts.births)[:, place].sum(axis=1)
    assert born[after.years.index(2028) - 1] > 50
    # whoever came left somewhere else: the city gains less than the district
    assert (after.people - before.people)[year].sum() < 0.6 * more[year].sum()
    assert any(note.measure == "arrivals in new dwellings" for note in built.systems.overrides)


def test_dwellings_of_years_on_record_change_no_level(harbin: Path, frames: Frames, baseline: Result) -> None:
    """The share of the past imbalance is fitted to totals that hold who moved in; people of later years still come."""
    known = max(baseline.evidence.totals["230100"])
    table = housing(area=["230109"] * 2, year=[known, 2018], dwellings=[2e4, 2e4], household_size=[np.nan] * 2)
    built = compute(harbin, Desk({**frames, "housing": table}), "baseline")
    assert built.systems.scale == baseline.systems.scale
    before, after = baseline.systems.districts, built.systems.districts
    place, at = built.evidence.areas.index("230109"), after.years.index(known)
    assert np.array_equal(after.people[: at + 1], before.people[: at + 1])
    more = (after.people - before.people)[:, place].sum(axis=(1, 2))
    # 0.3, 0.2 and 0.1 of 20,000 x 2.23 x 0.8 x 0.5 people
    assert more[at + 1] == pytest.approx(0.3 * 17_840, rel=0.01)
    # and their children, less those who move on
    assert more[at + 3] == pytest.approx(0.6 * 17_840, rel=0.1)
    rows = [item for item in unheard(built.models, built.evidence) if item.measure == "dwellings"]
    assert [(item.year, item.before, round(item.after)) for item in rows] == [(2018, 2e4, 0), (known, 2e4, 12_000)]
    assert rows[0].why == (
        f"dwellings completed in the year have no effect on moves of years up to {known} "
        "because their totals are on record"
    )
    assert rows[1].why.endswith(f"no effect on moves of {known} because the year's total is on record")


def test_a_table_of_moves_changes_who_goes_where(harbin: Path, frames: Frames, baseline: Result) -> None:
    codes = baseline.evidence.areas
    # everybody goes as often everywhere, but hardly between the first two
    rows = [(a, b, 5.0 if {a, b} == set(codes[:2]) else 1000.0) for a in codes for b in codes if a != b]
    table = pd.DataFrame(rows, columns=["origin", "destination", "people"]).assign(
        year=2019, age_start=np.nan, age_width=np.nan, **SAID
    )
    told = compute(harbin, Desk({**frames, "migration": table}), "baseline")
    usual, found = baseline.systems.districts.between, told.systems.districts.between
    assert usual is not None
    assert found is not None
    pair = [moved[0].sum(axis=(0, 1))[0, 1] for moved in (usual, found)]
    assert pair[1] < 0.1 * pair[0]
    # it tells nothing of the pools: as many come as people registered elsewhere tell, but for how imbalances fade
    assert found[0][..., :18].sum() == pytest.approx(usual[0][..., :18].sum(), rel=0.05)


def test_pairs_are_the_mean_of_their_own_years_by_total_or_by_age(harbin: Path, frames: Frames) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    rows = [
        (2018, "230102", "230103", np.nan, np.nan, 500.0),
        (2019, "230102", "230103", 20.0, 5.0, 100.0),
        (2019, "230102", "230103", 25.0, 5.0, 200.0),
        (2019, "230103", "230102", 20.0, 5.0, 70.0),
        (2019, "230103", "230102", 25.0, 5.0, 10.0),
    ]
    table = pd.DataFrame(rows, columns=["year", "origin", "destination", "age_start", "age_width", "people"])
    found = observed_moves({**frames, "migration": table.assign(**SAID)}, models, AREAS)
    assert found is not None
    # 500 in one year, 100 + 200 in the next; the other way told in one year, by age alone
    assert found.pairs[0, 1] == 400.0
    assert found.pairs[1, 0] == 80.0
    assert found.counts.tolist() == [170.0, 210.0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"destination": ["230102", "230102"]}, "230102 to 230102"),
        ({"origin": ["230000", "000000"], "destination": ["000000", "230102"]}, "230000 to 000000"),
        ({"year": [1999, 2019]}, "1999"),
        ({"year": [2019, 2031]}, "2031"),
        (
            {
                "origin": ["230102"] * 2,
                "destination": ["230103"] * 2,
                "age_start": [20.0, 22.0],
                "age_width": [5.0, np.nan],
            },
            "from 20 reaches to 22",
        ),
    ],
)
def test_rows_of_moves_that_say_nothing_are_refused(
    harbin: Path, frames: Frames, columns: dict[str, object], said: str
) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    with pytest.raises(InputError, match=r"data/\*\*/migration") as caught:
        observed_moves({**frames, "migration": moves(**columns)}, models, AREAS)
    assert said in caught.value.faults[0].found
