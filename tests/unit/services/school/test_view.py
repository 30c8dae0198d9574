"""Courses of pupils as services see them: all areas without shocks, and one area on every trajectory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES, Floats
from forecast.errors import InputError
from forecast.services.people import People
from forecast.services.school.bands import Band
from forecast.services.school.counted import Attending, Counted, Listed, Roll
from forecast.services.school.course import SchoolCourse, school_course
from forecast.services.school.enrolment import GrossEnrolment
from forecast.services.school.view import SchoolView, Wanted
from forecast.services.uptake import Uptake

AREAS, YEARS, LAST = ("a", "b", "c"), range(2020, 2036), 2024
BANDS = {
    "kindergarten": Band("kindergarten", 3, {"kindergarten": (3, 3, 3)}),
    "compulsory": Band("compulsory", 6, {"primary": (6, 5, 6), "junior": (3, 4, 3)}),
    "senior": Band("senior", 15, {"senior": (3, 3, 3)}),
}
SERVICES = ("kindergarten", "primary", "junior", "senior")
KINDS = {name: (name,) for name in SERVICES}
RATE = GrossEnrolment(0.8, 80.0, 100.0, (3, 5), 2023, "230000", "derived", "made")


def people(level: Floats | None = None, codes: tuple[str, ...] = AREAS) -> People:
    """As many of each age below 40 as ``level`` says by year and area; 100 by default."""
    cells = np.full((len(YEARS), len(codes)), 100.0) if level is None else level
    out = np.zeros((len(YEARS), len(codes), 2, AGES))
    out[..., :40] = 0.5 * cells[:, :, None, None]
    return People(codes, YEARS, out, cells, 2025, 2022)


def roll(width: int, pupils: float, first: int = 2021) -> Roll:
    years = tuple(range(first, LAST + 1))
    cells, nothing = np.full((len(years), width), pupils), np.full(len(years), np.nan)
    return Roll(years, cells, np.full_like(cells, np.nan), nothing, nothing, "observed", "made")


def rolls(area: str, primary: int = 6, pupils: float = 90.0) -> dict[tuple[str, str], Roll]:
    widths = {"kindergarten": 3, "primary": primary, "junior": 9 - primary, "senior": 3}
    return {(area, kind): roll(width, pupils) for kind, width in widths.items()}


def course(counted: Counted, level: Floats | None = None, spread: float = 0.0) -> SchoolCourse:
    paths = {name: Uptake({2023: 0.8}, spread, 1.0) for name in SERVICES}
    return school_course(BANDS, KINDS, paths, dict.fromkeys(SERVICES, RATE), counted, people(level))


def sent(origin: str, destination: str, share: float | None, pupils: float | None = None) -> Attending:
    return Attending(origin, destination, "primary", 2024, share, pupils, "made")


def by_grade(view: SchoolView, what: str, band: str = "compulsory") -> Floats:
    """(year, grade, column)."""
    return np.stack([getattr(view, what)(band, grade) for grade in range(BANDS[band].grades)], axis=1)


def test_without_tables_users_are_children_times_gross_enrolment() -> None:
    view = SchoolView(course(Counted()), people())
    for band in BANDS:
        assert by_grade(view, "users", band) == pytest.approx(0.8 * by_grade(view, "children", band))
        assert by_grade(view, "pupils", band) == pytest.approx(by_grade(view, "users", band))
        assert not view.attended(band)


def test_an_area_on_record_keeps_its_own_rate_and_the_others_theirs() -> None:
    view = SchoolView(course(Counted(rolls("a"))), people())
    pupils = by_grade(view, "pupils")
    assert pupils[:, :, 0] == pytest.approx(np.full((len(YEARS), 9), 90.0), rel=0.01)
    assert pupils[1:5, :, 0] == pytest.approx(np.full((4, 9), 90.0))
    assert pupils[:, :, 1:] == pytest.approx(np.full((len(YEARS), 9, 2), 80.0))


def test_kindergarten_on_record_stands_behind_primary_and_junior_behind_senior() -> None:
    found = course(Counted(rolls("a")))
    assert found.bands["compulsory"].rates.fed[0, 0]
    assert found.bands["senior"].rates.fed[0, 0]
    # half as many three-year-olds in kindergarten in 2024: half as many first graders three years later
    counted = rolls("a")
    small = counted["a", "kindergarten"].pupils.copy()
    small[-1, 0] = 45.0
    known = counted["a", "kindergarten"]
    less = Roll(known.years, small, known.repeaters, known.migrant, known.boarders, known.status, known.source)
    view = SchoolView(course(Counted({**counted, ("a", "kindergarten"): less})), people())
    first = view.pupils("compulsory", 0)[:, 0]
    assert first[YEARS.index(2027)] == pytest.approx(45.0, rel=0.04)
    assert first[YEARS.index(2026)] == pytest.approx(90.0, rel=0.04)


def test_children_on_registers_stand_behind_the_entry() -> None:
    counted = Counted(rolls("a"), children=(Listed("a", 2025, 1, 50.0, "made"),))
    view = SchoolView(course(counted), people())
    assert view.children("kindergarten", 0)[YEARS.index(2027), 0] == pytest.approx(50.0)
    assert view.pupils("kindergarten", 0)[YEARS.index(2027), 0] == pytest.approx(45.0, rel=0.01)
    assert view.pupils("compulsory", 0)[YEARS.index(2030), 0] == pytest.approx(45.0, rel=0.04)
    assert [note.measure for note in view.course.notes] == ["children of 1 on registers"]


def conserved(view: SchoolView, *others: SchoolView) -> None:
    """Users less those who leave the city, plus those who come into it, attend."""
    views = (view, *others)
    users, pupils, out, come = (
        sum(by_grade(one, what).sum(axis=(1, 2)) for one in views)
        for what in ("users", "pupils", "leaving", "arriving")
    )
    assert np.asarray(users) - out + come == pytest.approx(np.asarray(pupils))


@settings(max_examples=25)
@given(st.integers(0, 500), st.booleans())
def test_attendance_loses_nobody(seed: int, on_record: bool) -> None:
    draw = np.random.default_rng(seed)
    rows = (
        sent("a", "b", float(draw.uniform(0, 0.5))),
        sent("a", "", float(draw.uniform(0, 0.3))),
        sent("b", "c", float(draw.uniform(0, 0.5))),
        sent("", "b", None, 40.0),
        sent("x", "c", None, 30.0),
    )
    level = draw.uniform(50, 150, (len(YEARS), 3))
    counted = Counted(rolls("b", primary=5, pupils=110.0) if on_record else {}, attendance=rows)
    found = course(counted, level)
    conserved(SchoolView(found, people(level)))
    pupils, come = SchoolView(found, people(level)).pupils("compulsory", 0), found.bands["compulsory"]
    if on_record:
        # those on record are counted where they attend, whoever they are
        assert pupils[1:5, 1] == pytest.approx(np.full(4, 110.0))
    assert come.outside is not None
    at = YEARS.index(2024)
    arriving = by_grade(SchoolView(found, people(level)), "arriving")[at].sum(axis=0)
    assert arriving.tolist() == pytest.approx([0.0, 40.0, 30.0])


def trajectories(found: SchoolCourse, area: int, draws: Floats, taste: float | None = None) -> SchoolView:
    """One area on trajectories: children of every year as many as the draws say (year, draw)."""
    seen = people(draws, (AREAS[area],) * draws.shape[1])
    tastes = {} if taste is None else dict.fromkeys(SERVICES, np.full(draws.shape[1], taste))
    return SchoolView(found, seen, area, tastes)


def walks(seed: int, count: int = 6) -> Floats:
    draw = np.random.default_rng(seed)
    return np.asarray(100.0 * np.exp(np.cumsum(draw.normal(0, 0.05, (len(YEARS), count)), axis=0)))


def test_what_is_on_record_is_sure_on_every_trajectory() -> None:
    found = course(Counted(rolls("a")), spread=0.1)
    view = trajectories(found, 0, walks(1), taste=2.0)
    for band in BANDS:
        pupils = by_grade(view, "pupils", band)
        whole = by_grade(SchoolView(found, people()), "pupils", band)
        last = YEARS.index(LAST)
        assert pupils[: last + 1] == pytest.approx(np.repeat(whole[: last + 1, :, :1], 6, axis=2))
        assert np.ptp(pupils[-1], axis=1).min() > 1.0


def test_what_is_on_record_is_sure_wherever_its_pupils_live() -> None:
    """Two tenths of the children of c, an area without rolls, attend in a, whose pupils were counted."""
    found = course(Counted(rolls("a"), attendance=(sent("c", "a", 0.2), sent("c", "b", 0.1))), spread=0.1)
    draws = [walks(area) for area in range(3)]
    tastes = dict.fromkeys(SERVICES, np.linspace(-2.0, 2.0, 6))
    ways = {2: trajectories(found, 2, draws[2], taste=2.0).all_wanted()}
    assert set(ways[2]) == {("compulsory", 0), ("compulsory", 1)}
    views = [
        SchoolView(found, people(draws[area], (AREAS[area],) * 6), area, tastes, Wanted(ways)) for area in range(3)
    ]
    whole, last = SchoolView(found, people()), YEARS.index(LAST)
    counted = by_grade(views[0], "pupils")
    assert counted[: last + 1] == pytest.approx(np.repeat(by_grade(whole, "pupils")[: last + 1, :, :1], 6, axis=2))
    assert np.ptp(counted[last + 1 :], axis=2).min() > 1.0
    # whoever is on no record strays: those who stay at home, and those who attend where nobody counted
    for area in (1, 2):
        assert np.ptp(by_grade(views[area], "pupils")[1 : last + 1], axis=2).min() > 1.0
    # a child of c who was in the second grade of a in 2024 strays by what happened since
    at = YEARS.index(2026)
    since = views[2].children("compulsory", 3)[at] / views[2].children("compulsory", 1)[last]
    assert views[2].wanted("compulsory", 3, 0)[at] == pytest.approx(100.0 * since)


def test_bands_counted_up_to_different_years_are_sure_up_to_their_own() -> None:
    """Kindergarten was counted up to 2022, senior school up to 2024."""
    counted = {key: item for key, item in rolls("a").items() if key[1] in ("kindergarten", "senior")}
    known = counted["a", "kindergarten"]
    short = (known.pupils[:2], known.repeaters[:2], known.migrant[:2], known.boarders[:2], known.status, known.source)
    view = trajectories(course(Counted({**counted, ("a", "kindergarten"): Roll((2021, 2022), *short)})), 0, walks(3))
    spread = {band: np.ptp(by_grade(view, "pupils", band), axis=2) for band in BANDS}
    assert spread["kindergarten"][: YEARS.index(2022) + 1].max() == pytest.approx(0.0, abs=1e-9)
    assert spread["kindergarten"][YEARS.index(2023) :].min() > 1.0
    assert spread["senior"][: YEARS.index(2024) + 1].max() == pytest.approx(0.0, abs=1e-9)
    assert spread["senior"][YEARS.index(2025) :].min() > 1.0
    # the middle class of 2023 strays by the one year since it was counted
    children = [view.children("kindergarten", grade) for grade in range(3)]
    since = children[1][YEARS.index(2023)] / children[0][YEARS.index(2022)]
    middle = view.pupils("kindergarten", 1)[YEARS.index(2023)]
    assert middle / middle.mean() == pytest.approx(since / since.mean())


def test_later_a_cohort_on_record_strays_by_what_happened_since() -> None:
    draws = walks(2)
    found = course(Counted(rolls("a")))
    view = trajectories(found, 0, draws)
    children = view.children("compulsory", 3)
    at, last = YEARS.index(2026), YEARS.index(LAST)
    since = children[at] / view.children("compulsory", 1)[last]
    whole = SchoolView(found, people()).pupils("compulsory", 3)[at, 0]
    assert view.pupils("compulsory", 3)[at] == pytest.approx(whole * since)
    # who was not born yet strays in full
    unborn = view.children("kindergarten", 0)[-1]
    whole = SchoolView(found, people()).pupils("kindergarten", 0)[-1, 0]
    assert view.pupils("kindergarten", 0)[-1] == pytest.approx(whole * unborn / 100.0)


def test_taste_grows_from_the_measure_or_with_the_entry_of_a_cohort() -> None:
    found = course(Counted(rolls("a")), spread=0.1)
    flat = np.full((len(YEARS), 2), 100.0)
    gross = trajectories(found, 1, flat, taste=-1.0).pupils("kindergarten", 1)[:, 0]
    assert gross[YEARS.index(2023)] == pytest.approx(80.0)
    assert gross[YEARS.index(2033)] == pytest.approx(80.0 * np.exp(-0.1))
    known = trajectories(found, 0, flat, taste=-1.0)
    sure = SchoolView(found, people())
    # the middle class of 2025 entered in 2024, that of 2035 in 2034
    for year, ahead in ((2025, 0), (2035, 10)):
        at = YEARS.index(year)
        ratio = known.pupils("kindergarten", 1)[at, 0] / sure.pupils("kindergarten", 1)[at, 0]
        assert ratio == pytest.approx(np.exp(-0.1 * np.sqrt(ahead / 10)))
    most = trajectories(found, 1, flat, taste=9.0).pupils("kindergarten", 1)
    assert most[-1] == pytest.approx([100.0, 100.0]), "no more than all children"


@settings(max_examples=10)
@given(st.integers(0, 200))
def test_attendance_loses_nobody_on_any_trajectory(seed: int) -> None:
    rows = (sent("a", "b", 0.3), sent("a", "", 0.1), sent("c", "a", 0.2), sent("", "b", None, 40.0))
    found = course(Counted(rolls("b", primary=5), attendance=rows), spread=0.05)
    draws = [walks(seed + area) for area in range(3)]
    first = [trajectories(found, area, draws[area], taste=0.5) for area in range(3)]
    elsewhere = {area: view.all_wanted() for area, view in enumerate(first)}
    tastes = dict.fromkeys(SERVICES, np.full(6, 0.5))
    views = [
        SchoolView(found, people(draws[area], (AREAS[area],) * 6), area, tastes, Wanted(elsewhere)) for area in range(3)
    ]
    users, pupils, out, come = (
        sum(by_grade(view, what).sum(axis=1) for view in views) for what in ("users", "pupils", "leaving", "arriving")
    )
    assert np.asarray(users) - out + come == pytest.approx(np.asarray(pupils))


def test_without_shocks_trajectories_are_the_course() -> None:
    rows = (sent("a", "b", 0.3), sent("c", "a", 0.2), sent("", "b", None, 40.0))
    counted = Counted(rolls("b", primary=5), children=(Listed("a", 2023, 4, 70.0, "made"),), attendance=rows)
    found = course(counted)
    flat = np.full((len(YEARS), 2), 100.0)
    elsewhere = {area: trajectories(found, area, flat).all_wanted() for area in range(3)}
    whole = SchoolView(found, people())
    for area in range(3):
        view = SchoolView(found, people(flat, (AREAS[area],) * 2), area, {}, Wanted(elsewhere))
        for what in ("children", "users", "pupils", "leaving", "arriving"):
            wanted = by_grade(whole, what)[:, :, area]
            assert by_grade(view, what)[:, :, 0] == pytest.approx(wanted), what


def test_more_pupils_from_outside_than_pupils_are_a_fault() -> None:
    rows = (sent("", "b", None, 900.0),)
    with pytest.raises(InputError, match="fewer than all pupils"):
        course(Counted(rolls("b", primary=5), attendance=rows))


def test_shares_of_those_who_leave_are_published_once_by_route() -> None:
    found = course(Counted(attendance=(sent("a", "b", 0.25), sent("a", "", 0.25))))
    flows = dict(SchoolView(found, people()).flows("compulsory", 0, 0))
    assert {end: float(values[0]) for end, values in flows.items()} == pytest.approx({-1: 20.0, 0: 40.0, 1: 20.0})


@settings(max_examples=15)
@given(st.integers(0, 300))
def test_more_children_after_the_count_never_give_fewer_pupils(seed: int) -> None:
    found = course(Counted(rolls("a"), attendance=(sent("a", "b", 0.3),)), spread=0.05)
    few = walks(seed)
    more = few.copy()
    more[YEARS.index(LAST) + 1 :] *= np.random.default_rng(seed).uniform(1.0, 1.3, more[5:].shape)
    for area in (0, 1):
        elsewhere = {0: trajectories(found, 0, few, taste=0.3).all_wanted()}
        tastes = dict.fromkeys(SERVICES, np.full(6, 0.3))
        less, greater = (
            SchoolView(found, people(draws, (AREAS[area],) * 6), area, tastes, Wanted(elsewhere))
            for draws in (few, more)
        )
        for band in BANDS:
            assert (by_grade(greater, "pupils", band) >= by_grade(less, "pupils", band) - 1e-9).all()
