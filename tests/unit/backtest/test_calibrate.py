from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.backtest.calibrate import FREEDOM, PACE, WINTERS, Seen, calibrate
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.rolling import Rolled
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import Draws, Noise, Stream, Wave

LAUNCHES, AREAS, CELLS, REACH = 60, 12, 96, 8
TRUE = Noise(
    births=Stream(Wave(0.03, 0.95), Wave(0.02, 0.9)),
    deaths=Stream(Wave(0.04, 0.8), Wave(0.03, 0.8)),
    moves=Stream(Wave(0.003, 0.6), Wave(0.004, 0.8)),
    chance=0.1,
    freedom=np.inf,
    pace=0.0,
)


def base() -> PeoplePanel:
    """Areas of one sex that thin out with age and stay as they are."""
    age = np.arange(CELLS)
    shares = np.exp(-((age / 80.0) ** 4))
    people = np.geomspace(30.0, 10_000.0, AREAS)[:, None, None] * shares
    years = tuple(range(2000, 2006))
    return PeoplePanel("made", tuple(f"a{n}" for n in range(AREAS)), years, np.stack([people] * len(years)), 1)


def seen(noise: Noise) -> Seen:
    """Every trajectory of the engine as one launch: what came is drawn, what was forecast is the middle."""
    panel = base()
    fitted = CohortRatio(noise=noise, adapts=False).fit(panel.history(2005))
    years = range(2006, 2006 + REACH)
    forecast = panel.grouped(fitted.predict(years).people[1:])
    drawn = fitted.sample(years, Draws(9, range(2 * LAUNCHES), "all areas"))
    spans = [(span.start, span.stop or CELLS) for span in panel.spans.values()]
    # one of each opposite pair: launches are independent
    came = np.stack([drawn.sums(area, spans)[:, 1:, ::2] for area in range(AREAS)], axis=-1).transpose(2, 1, 0, 3)
    shape: tuple[int, ...] = came.shape
    rolled = Rolled(
        "made",
        tuple(range(1900, 1900 + LAUNCHES)),
        tuple(range(1, REACH + 1)),
        panel.groups,
        panel.areas,
        came,
        {"it": np.broadcast_to(forecast, shape)},
        np.full((LAUNCHES, AREAS), 30_000.0),
    )
    return Seen(panel, rolled, "it")


@pytest.fixture(scope="module")
def found() -> Noise:
    return calibrate(CohortRatio(), [seen(TRUE)])


def after(wave: Wave, years: int) -> float:
    """Standard deviation after some years."""
    return float(np.sqrt(wave.variance(np.array([float(years)]), settled=False)[0]))


@pytest.mark.parametrize("part", ["shared", "own"])
@pytest.mark.parametrize("name", ["births", "moves", "deaths"])
def test_sizes_are_found_again(found: Noise, name: str, part: str) -> None:
    # how long shocks last is chosen from a few values: what they amount to after five years is compared
    got, true = (after(getattr(getattr(noise, name), part), 5) for noise in (found, TRUE))
    assert 1 / 1.5 < got / true < 1.5


def test_chance_is_found_again(found: Noise) -> None:
    assert 1 / 1.5 < found.chance / TRUE.chance < 1.5


def test_what_a_few_sets_cannot_tell_is_assumed(found: Noise) -> None:
    assert found.freedom == FREEDOM
    # widened for few launches, as every size is
    launches = 1.0 + (LAUNCHES - 1) / 5
    assert found.pace == pytest.approx(PACE * np.sqrt(1.0 + 1.0 / launches))


def test_the_cells_that_are_fitted() -> None:
    cells: list[tuple[str, int]] = seen(TRUE).cells
    assert {group for group, _ in cells} == {"0-2", "3-5", "6-11", "12-17", "18-64", "65+", "80+"}
    assert {horizon for _, horizon in cells} == set(range(1, REACH + 1))


def test_quiet_deaths_are_at_least_those_of_winters() -> None:
    quiet = Noise(TRUE.births, Stream(Wave(0.0, 0.0), Wave(0.0, 0.0)), TRUE.moves, 0.1, np.inf, 0.0)
    found: Floats = np.array([calibrate(CohortRatio(), [seen(quiet)]).deaths.shared.sd])
    assert (found >= WINTERS.sd).all()
