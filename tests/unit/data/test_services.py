from __future__ import annotations

import pandas as pd
import pytest

Tables = dict[str, pd.DataFrame]
CHINA, PROVINCE, CITY, HULAN = "000000", "230000", "230100", "230111"


@pytest.mark.parametrize(
    ("standard", "minimum", "maximum"),
    [
        ("nursery-class-size-6-12m", 10, 10),
        ("nursery-children-per-carer-24-36m", 7, 7),
        ("nursery-places-per-1000-2025", 4.5, 4.5),
        ("kindergarten-class-size-small", 20, 25),
        ("kindergarten-children-per-staff", 5, 7),
        ("primary-class-size", 45, 45),
        ("primary-pupils-per-staff", 19, 19),
        ("junior-pupils-per-staff", 13.5, 13.5),
        ("eldercare-beds-per-1000-60plus-2020", 35, 40),
        ("eldercare-nursing-type-share-2025", 55, None),
        ("eldercare-pattern-90-7-3-institution", 3, 3),
    ],
)
def test_standards_by_their_short_names(tables: Tables, standard: str, minimum: float, maximum: float | None) -> None:
    row = tables["standards"].set_index("standard").loc[standard]
    assert row["minimum"] == minimum
    assert row["maximum"] == maximum if maximum is not None else pd.isna(row["maximum"])


def test_standards_are_sound(tables: Tables) -> None:
    rows = tables["standards"]
    assert not (rows["minimum"] > rows["maximum"]).any()
    assert (rows["standard"].str.split("-").str[0] == rows["service"]).sum() > 100
    pattern = rows[rows["kind"] == "pattern"]
    assert (pattern.groupby(pattern["standard"].str.rsplit("-", n=1).str[0])["minimum"].sum() == 100).all()
    replaced = rows[rows["effective_to"].notna()]
    assert set(replaced["source"]) == {"guobanfa-2001-74"}
    assert set(rows[rows["source"] == "staffing-2014-72"]["minimum"]) == {12.5, 13.5, 19}
    assert (rows[rows["kind"] == "target"]["target_year"].dropna() >= 2015).all()


def supply(tables: Tables, area: str, year: int, measure: str, service: str = "eldercare") -> float:
    rows = tables["supply"]
    found = rows[
        (rows["area"] == area) & (rows["year"] == year) & (rows["measure"] == measure) & (rows["service"] == service)
    ]
    return float(found["value"].item())


def test_beds_sum_and_ratios_follow(tables: Tables) -> None:
    beds = supply(tables, CHINA, 2024, "beds_institution")
    both = beds + supply(tables, CHINA, 2024, "beds_community")
    assert both == pytest.approx(supply(tables, CHINA, 2024, "beds_all"), abs=1500)  # rounded to thousands
    occupied = 100 * supply(tables, CHINA, 2024, "residents_in_institutions") / beds
    assert occupied == pytest.approx(supply(tables, CHINA, 2024, "institution_occupancy"), abs=0.05)
    totals = tables["totals"]
    old = totals[(totals["group"] == "age_60_plus") & (totals["area"] == CHINA) & (totals["date"] == "2024-12-31")]
    per_1000 = 1000 * supply(tables, CHINA, 2024, "beds_all") / old["people"].item()
    assert per_1000 == pytest.approx(supply(tables, CHINA, 2024, "beds_per_1000_60plus"), abs=0.05)
    frame = tables["population"]
    hulan = frame[(frame["area"] == HULAN) & (frame["date"] == "2020-11-01") & (frame["age_start"] >= 60)]
    per_1000 = 1000 * supply(tables, HULAN, 2022, "beds_institution") / hulan["people"].sum()
    assert per_1000 == pytest.approx(supply(tables, HULAN, 2022, "beds_per_1000_60plus"), abs=0.05)


def test_the_stated_nursery_places_are_per_registered_person(tables: Tables) -> None:
    places = supply(tables, CITY, 2024, "places", "nursery")
    totals = tables["totals"]
    year = totals[(totals["area"] == CITY) & (totals["date"] == "2022-12-31") & (totals["group"] == "all")]
    people = year.set_index("concept")["people"]
    for concept, measure in (("registered", "places_per_1000_registered"), ("resident", "places_per_1000_residents")):
        stated = supply(tables, CITY, 2024, measure, "nursery")
        assert 1000 * places / people[concept] == pytest.approx(stated, abs=0.005)


def test_children_per_class(tables: Tables) -> None:
    rows = tables["enrolment"]
    there = rows[(rows["area"] == PROVINCE) & (rows["year"] == 2020) & (rows["stage"] == "kindergarten")]
    value = there.set_index("measure")["value"]
    assert value["enrolment"] == 480_119
    assert value["enrolment"] / value["classes"] == pytest.approx(value["children_per_class"], abs=0.06)


def test_care_need_keeps_definitions_apart(tables: Tables) -> None:
    rows = tables["care_need"]
    bounds = rows.dropna(subset=["low", "high"])
    assert ((bounds["low"] <= bounds["percent"]) & (bounds["percent"] <= bounds["high"])).all()
    adl = rows[(rows["definition"] == "meta-analysis-adl") & (rows["level"] == "adl") & (rows["sex"] == "both")]
    assert adl["percent"].tolist() == [10.8, 21.2, 47.0]
    synthesis = rows[rows["definition"] == "synthesis-clhls-charls-calss"].set_index("year")["percent"]
    assert synthesis.to_dict() == {2025: 12.27, 2050: 15.05}


def test_effects_lie_between_their_bounds(tables: Tables) -> None:
    rows = tables["policy_effects"]
    bounds = rows.dropna(subset=["low", "high"])
    assert len(bounds) == 5
    assert ((bounds["low"] <= bounds["estimate"]) & (bounds["estimate"] <= bounds["high"])).all()
    words_only = rows[rows["estimate"].isna()]
    assert (words_only["text"] != "").all()
