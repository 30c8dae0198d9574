from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES, Floats
from forecast.demography.cohort import CohortComponent, FittedCohort
from forecast.demography.controls import Control, raked
from forecast.demography.engine import Forecast, History
from forecast.demography.noise import Draws
from forecast.errors import InputError
from forecast.kernels.step import Timing

Made = Callable[..., History]
YEARS = range(2021, 2026)
NOBODY = np.zeros((2, 2, 3))


def fitted(history: History, *controls: Control, leading: bool = False, timing: Timing = "end") -> FittedCohort:
    return CohortComponent(timing).fit(history).controlled(controls, leading=leading)


def account(forecast: Forecast) -> Floats:
    """What is left of start - deaths + migration = end, cohort by cohort (year, area, sex, age)."""
    start, flows = forecast.people[:-1], forecast.accounts
    aged = np.concatenate([flows.by_sex[..., None], start[..., :-1]], axis=-1)
    aged[..., -1] += start[..., -1]
    return np.asarray(forecast.people[1:] - (aged - flows.deaths + flows.migration))


# ------------------------------------------------------------------------------------------------------------- raking
def test_one_factor_for_all_areas_by_hand() -> None:
    people = np.arange(1.0, 13.0).reshape(2, 2, 3)
    # women of the last two ages: 5 + 6 + 11 + 12 = 34, of whom 68 are wanted
    factor = raked(people, NOBODY, [Control("city", None, 2030, 68.0, (1,), 1)])
    wanted = np.ones((2, 2, 3))
    wanted[:, 1, 1:] = 2.0
    assert factor == pytest.approx(wanted)


def test_those_held_apart_count_and_are_not_scaled() -> None:
    people, apart = np.full((2, 2, 3), 10.0), np.full((2, 2, 3), 5.0)
    factor = raked(people, apart, [Control("A", 0, 2030, 150.0)])
    assert factor[0] == pytest.approx(np.full((2, 3), 2.0))  # 60 x 2 + 30
    assert factor[1] == pytest.approx(np.ones((2, 3)))
    with pytest.raises(InputError, match="at least the 30 who are held apart"):
        raked(people, apart, [Control("A", 0, 2030, 20.0)])


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_controls_of_city_and_district_hold_together(seed: int) -> None:
    draw = np.random.default_rng(seed)
    people, truth = draw.uniform(1, 100, (3, 2, 6)), draw.uniform(1, 100, (3, 2, 6))
    controls = [
        Control("city", None, 2030, 0.0, (0,), 0, 3),
        Control("city", None, 2030, 0.0, (1,), 2),
        Control("city", None, 2030, 0.0),
        Control("A", 0, 2030, 0.0),
        Control("B", 1, 2030, 0.0, (0, 1), 3, 5),
    ]
    controls = [dataclasses.replace(item, people=item.of(truth)) for item in controls]
    now = people * raked(people, np.zeros_like(people), controls)
    assert [item.of(now) for item in controls] == pytest.approx([item.people for item in controls], rel=1e-9)
    # whoever fits the controls already stays
    assert raked(truth, np.zeros_like(truth), controls) == pytest.approx(np.ones_like(truth))


def test_factors_are_those_of_ipf_on_a_plain_table() -> None:
    """Row and column totals: Deming and Stephan's own case; odds ratios stay what they were."""
    people = np.array([[[4.0], [1.0]], [[2.0], [3.0]]])
    controls = [
        Control("A", 0, 2030, 6.0),
        Control("B", 1, 2030, 4.0),
        Control("city", None, 2030, 7.0, (0,)),
        Control("city", None, 2030, 3.0, (1,)),
    ]
    now = (people * raked(people, np.zeros_like(people), controls))[..., 0]
    assert now.sum(axis=1) == pytest.approx([6.0, 4.0])
    assert now.sum(axis=0) == pytest.approx([7.0, 3.0])
    assert now[0, 0] * now[1, 1] / (now[0, 1] * now[1, 0]) == pytest.approx(6.0)


def test_controls_that_contradict_one_another() -> None:
    people = np.full((2, 2, 3), 10.0)
    parts = [Control("A", 0, 2030, 70.0), Control("B", 1, 2030, 70.0)]
    with pytest.raises(InputError, match="they contradict one another"):
        raked(people, NOBODY, [*parts, Control("city", None, 2030, 100.0)])
    people[0] = 0.0
    with pytest.raises(InputError, match="nobody to multiply"):
        raked(people, NOBODY, parts)


def test_a_control_says_whom_it_counts() -> None:
    assert Control("A", 0, 2030, 1.0).group == "people"
    assert Control("A", 0, 2030, 1.0, (1,), 60, 80).group == "people, female, ages 60-79"
    assert Control("A", 0, 2030, 1.0, (0, 1), 65).group == "people, ages 65+"


# ------------------------------------------------------------------------------------------------------- in the engine
@pytest.mark.parametrize("timing", ["start", "even", "end"])
def test_the_forecast_meets_its_controls_and_balances(made: Made, timing: Timing) -> None:
    students = np.zeros((6, 2, 2, AGES))
    students[:, 0, :, 18:23] = 50.0
    history = made(2, rate=0.01, students=students)
    city, old = Control("city", None, 2023, 250_000.0), Control("230101", 1, 2023, 60_000.0, (1,), 30, 60)
    forecast = fitted(history, city, old, timing=timing).predict(YEARS)
    free = fitted(history, timing=timing).predict(YEARS)
    for item in (city, old):
        assert item.of(forecast.at(2023)) == pytest.approx(item.people, rel=1e-9)
    assert forecast.people[:3] == pytest.approx(free.people[:3], rel=1e-12)
    assert forecast.people[3, 0, :, 18:23] != pytest.approx(free.people[3, 0, :, 18:23])
    if timing == "end":
        assert (np.abs(account(forecast)) / np.maximum(forecast.people[1:], 1.0)).max() < 1e-9
    flows = forecast.accounts
    change = np.diff(forecast.people.sum(axis=(-2, -1)), axis=0)
    events = flows.births.sum(axis=-1) - flows.deaths.sum(axis=(-2, -1)) + flows.migration.sum(axis=(-2, -1))
    assert change == pytest.approx(events, rel=1e-9, abs=1e-6)
    notes = {(note.area, note.measure): note for note in forecast.overrides if note.why.startswith("factor")}
    row = notes["230101", "people, female, ages 30-59"]
    assert row.before == pytest.approx(old.of(free.at(2023)), rel=1e-9)
    assert row.year == 2023
    assert row.after == pytest.approx(60_000.0)
    assert f"factor {60_000.0 / row.before:.6f}" in row.why


def test_the_difference_is_migration_and_nothing_else(made: Made) -> None:
    history, control = made(2), Control("city", None, 2022, 300_000.0)
    forecast, free = fitted(history, control).predict(YEARS), fitted(history).predict(YEARS)
    moved = forecast.accounts.migration[1] - free.accounts.migration[1]
    assert moved == pytest.approx(forecast.people[2] - free.people[2], abs=1e-6)
    assert forecast.accounts.deaths[1] == pytest.approx(free.accounts.deaths[1])
    # the controlled people live on: nothing is taken back a year later
    assert forecast.at(2023).sum() / free.at(2023).sum() == pytest.approx(300_000.0 / free.at(2022).sum(), rel=1e-3)


def test_a_control_beside_a_total_on_record(made: Made) -> None:
    history = made(2, totals={2022: 290_000.0})
    part = Control("230100", 0, 2022, 100_000.0)
    forecast = fitted(history, part).predict(YEARS)
    assert forecast.at(2022).sum() == pytest.approx(290_000.0, rel=1e-9)
    assert part.of(forecast.at(2022)) == pytest.approx(100_000.0, rel=1e-9)
    with pytest.raises(InputError, match="contradict"):
        fitted(history, Control("city", None, 2022, 280_000.0)).predict(YEARS)


def test_years_between_lead_to_a_control_without_a_jump(made: Made) -> None:
    history = made(2, totals={2021: 290_000.0})
    free = fitted(history).predict(YEARS)
    control = Control("city", None, 2024, 1.2 * float(free.at(2024).sum()))
    led = fitted(history, control, leading=True).predict(YEARS)
    ratio = led.people.sum(axis=(1, 2, 3)) / free.people.sum(axis=(1, 2, 3))
    assert ratio[:5] == pytest.approx([1.0, 1.0, 1.2 ** (1 / 3), 1.2 ** (2 / 3), 1.2])
    assert ratio[5] == pytest.approx(1.2, rel=0.01)
    assert (np.abs(account(led)) / np.maximum(led.people[1:], 1.0)).max() < 1e-9
    notes = [note for note in led.overrides if note.why.startswith("factor")]
    assert [(note.year, "on the way to the control of 2024" in note.why) for note in notes] == [
        (2022, True),
        (2023, True),
        (2024, False),
    ]


def test_only_the_cells_of_a_control_are_led(made: Made) -> None:
    history = made(2)
    free = fitted(history).predict(YEARS)
    first = Control("230100", 0, 2022, 1.1 * float(free.at(2022)[0].sum()))
    second = Control("230101", 1, 2025, 0.8 * float(free.at(2025)[1, :, 60:].sum()), (0, 1), 60)
    led = fitted(history, first, second, leading=True).predict(YEARS)
    assert [item.of(led.at(item.year)) for item in (first, second)] == pytest.approx([first.people, second.people])
    ratio = led.people / np.maximum(free.people, 1e-300)
    assert ratio[2, 0, :, :60] == pytest.approx(np.full((2, 60), 1.1))
    assert ratio[1:, 1, :, 60:AGES] == pytest.approx(
        np.repeat(0.8 ** (np.arange(1, 6) / 5)[:, None], 2 * (AGES - 60), axis=1).reshape(5, 2, -1)
    )
    # the first area is free after its control: cohorts keep what they got
    assert ratio[5, 0, :, 20:60] == pytest.approx(np.full((2, 40), 1.1))


def test_a_later_control_of_all_keeps_what_an_earlier_one_of_an_area_has_set(made: Made) -> None:
    history = made(2)
    free = fitted(history).predict(YEARS)
    first = Control("230100", 0, 2022, 1.5 * float(free.at(2022)[0].sum()))
    alone = fitted(history, first, leading=True).predict(YEARS)
    # the sum that the first leads to anyway, and one a tenth above
    for more in (1.0, 1.1):
        second = Control("city", None, 2025, more * float(alone.at(2025).sum()))
        led = fitted(history, first, second, leading=True).predict(YEARS)
        ratio = led.people[3:].sum(axis=(2, 3)) / alone.people[3:].sum(axis=(2, 3))
        # the way to it is three years from the earlier control, five where there was none
        way = more ** np.stack([np.arange(1, 4) / 3, np.arange(3, 6) / 5], axis=1)
        assert ratio == pytest.approx(way, rel=0.01)


def test_a_control_that_is_met_changes_nothing(made: Made) -> None:
    history = made(2, rate=0.01)
    free = fitted(history).predict(YEARS)
    for leading in (False, True):
        same = fitted(history, Control("city", None, 2024, float(free.at(2024).sum())), leading=leading)
        assert same.predict(YEARS).people == pytest.approx(free.people, rel=1e-9)


def test_controls_of_other_years_are_left_aside(made: Made) -> None:
    history = made(2)
    assert fitted(history, Control("city", None, 2020, 1.0), Control("city", None, 2090, 1.0)).controls.items == ()


@pytest.mark.parametrize("leading", [False, True])
def test_trajectories_stray_around_what_the_controls_ask(made: Made, leading: bool) -> None:
    history = made(2, rate=0.01)
    control = Control("city", None, 2023, 400_000.0)
    engine = fitted(history, control, leading=leading)
    forecast, still = engine.predict(YEARS), engine.sample(YEARS, Draws(1, range(2), "all"), 0.0)
    for area in range(2):
        assert still.people(area) == pytest.approx(np.repeat(forecast.people[:, area, ..., None], 2, axis=-1))
    drawn = engine.sample(YEARS, Draws(1, range(400), "all"))
    totals = sum(drawn.people(area)[3].sum(axis=(0, 1)) for area in range(2))
    assert np.mean(totals) == pytest.approx(400_000.0, rel=0.005)
    assert np.std(totals) > 0.0
