from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import Floats, Population
from forecast.demography.courses import mobile
from forecast.demography.engine import History
from forecast.demography.hamilton_perry import ratios
from forecast.demography.noise import Draws, Noise, Stream, Wave
from forecast.demography.unrest import CASES, WIDEST, YEARS, Shown, adapted

AREAS, CELLS, PAST = 40, 90, 15
STATED = Noise(
    births=Stream(Wave(0.03, 0.9), Wave(0.02, 0.9)),
    deaths=Stream(Wave(0.05, 0.8), Wave(0.05, 0.8)),
    moves=Stream(Wave(0.003, 0.6), Wave(0.004, 0.6)),
    chance=0.1,
    freedom=12.0,
    pace=0.006,
)


def news(stream: int, names: list[str]) -> Floats:
    """Standard normals (year, area)."""
    draws = Draws(11, range(1), "all")
    return np.stack([draws.normals(name, PAST)[stream, :, 0] for name in names], axis=1)


def series(*, moves: Stream, births: Stream, areas: int = AREAS) -> History:
    """Areas of 50 to 50 000 people a cell over 16 years in which nothing but moves and births strays."""
    names = [f"area {place}" for place in range(areas)]
    size = np.geomspace(50.0, 50_000.0, areas)[:, None]
    launch = np.repeat(size[:, None], CELLS, axis=-1)
    moving = mobile(Population(tuple(names), 2005, launch))[0]

    def strayed(stream: int, waves: Stream) -> Floats:
        return waves.shared.path(news(stream, ["all"]), 0) + waves.own.path(news(stream, names), 0)

    fertile, moved = strayed(0, births), strayed(2, moves)
    people = [launch]
    for year in range(PAST):
        after = launch.copy()
        after[..., 1:] = people[-1][..., :-1] * (1.0 + moving[1:] * moved[year][:, None, None])
        after[..., 0] = after[..., 20:40].mean(axis=-1) * np.exp(fertile[year])[:, None]
        people.append(after)
    return History(tuple(Population(tuple(names), 2005 + year, stock) for year, stock in enumerate(people)))


def seen(history: History, noise: Noise = STATED) -> Noise:
    """The noise after a look at all pairs."""
    return adapted(noise, history.pairs(15), ratios(history, 15, 0.0)[0], mobile(history.launch))


def times(stream: Stream, by: float) -> Stream:
    return Stream(*(dataclasses.replace(wave, sd=wave.sd * by) for wave in (stream.shared, stream.own)))


@pytest.fixture(scope="module")
def calm() -> Noise:
    return seen(series(moves=STATED.moves, births=STATED.births))


def test_a_past_as_stated_leaves_sizes_about_as_stated(calm: Noise) -> None:
    for name in ("moves", "births"):
        stated, found = getattr(STATED, name), getattr(calm, name)
        assert found.own.sd == pytest.approx(stated.own.sd, rel=0.15), name
        assert found.shared.sd == pytest.approx(stated.shared.sd, rel=0.35), name


def test_moves_twice_as_restless_are_about_twice_as_large(calm: Noise) -> None:
    found = seen(series(moves=times(STATED.moves, 2.0), births=STATED.births))
    assert found.moves.own.sd / calm.moves.own.sd == pytest.approx(1.9, abs=0.15)
    # one series of fifteen years speaks for two thirds
    assert 1.3 < found.moves.shared.sd / calm.moves.shared.sd < 2.0


def test_births_twice_as_restless_are_about_twice_as_large(calm: Noise) -> None:
    found = seen(series(moves=STATED.moves, births=times(STATED.births, 2.0)))
    assert found.births.own.sd / calm.births.own.sd == pytest.approx(1.9, abs=0.15)
    assert found.moves.own.sd == pytest.approx(calm.moves.own.sd, rel=0.02)


def test_no_size_is_multiplied_or_divided_by_more_than_three() -> None:
    wild = seen(series(moves=times(STATED.moves, 9.0), births=STATED.births))
    assert wild.moves.own.sd == pytest.approx(WIDEST * STATED.moves.own.sd)
    still = seen(series(moves=times(STATED.moves, 0.0), births=times(STATED.births, 0.0)))
    assert still.moves.own.sd == pytest.approx(STATED.moves.own.sd / WIDEST, rel=0.1)
    assert still.chance == pytest.approx(STATED.chance / WIDEST)


def test_whole_people_show_chance(calm: Noise) -> None:
    history = series(moves=STATED.moves, births=STATED.births)
    rng = np.random.default_rng(1)
    counted = tuple(
        Population(stock.areas, stock.year, rng.poisson(stock.people).astype(np.float64)) for stock in history.stocks
    )
    found = seen(History(counted))
    # small areas stray by chance, and what is left to all of them is as large as without
    assert found.chance > 3.0 * calm.chance
    assert found.moves.own.sd == pytest.approx(calm.moves.own.sd, rel=0.25)


@pytest.mark.parametrize("pairs", [0, 3])
def test_a_short_past_leaves_everything_as_stated(pairs: int) -> None:
    history = series(moves=times(STATED.moves, 2.0), births=STATED.births)
    short = History(history.stocks[-pairs - 1 :])
    assert adapted(STATED, short.pairs(15), ratios(history, 15, 0.0)[0], mobile(history.launch)) is STATED


def test_what_cannot_be_told_from_a_past_stays(calm: Noise) -> None:
    assert (calm.freedom, calm.pace) == (STATED.freedom, STATED.pace)
    assert [wave.kept for wave in (calm.moves.own, calm.births.shared, calm.deaths.own)] == [0.6, 0.9, 0.8]


def test_two_areas_show_a_shared_part_only() -> None:
    found = seen(series(moves=times(STATED.moves, 2.0), births=STATED.births, areas=2))
    assert found.moves.own.sd == STATED.moves.own.sd
    assert found.moves.shared.sd != STATED.moves.shared.sd


def test_areas_where_nobody_lives_say_nothing(calm: Noise) -> None:
    history = series(moves=STATED.moves, births=STATED.births)
    wider = [
        Population((*stock.areas, *"xyz"), stock.year, np.concatenate([stock.people, np.zeros((3, 1, CELLS))]))
        for stock in history.stocks
    ]
    found = seen(History(tuple(wider)))
    for name in ("moves", "births"):
        with_nobody, without = getattr(found, name), getattr(calm, name)
        assert with_nobody.own.sd == pytest.approx(without.own.sd, rel=1e-6), name
        assert with_nobody.shared.sd == pytest.approx(without.shared.sd, rel=1e-6), name
    assert found.chance == pytest.approx(calm.chance, rel=1e-4)


def test_weights_by_hand() -> None:
    # four times the stated variance with half of the weight: (4 + 1) / 2
    stream = Stream(Wave(0.1, 0.5), Wave(0.2, 0.5))
    shown = Shown(4 * 0.01 * 3.0, 4 * 0.04 * 2.0, 0.0, 3.0, 2.0, YEARS, CASES)
    found = shown.scaled(stream)
    assert found.shared.sd == pytest.approx(0.1 * np.sqrt(2.5))
    assert found.own.sd == pytest.approx(0.2 * np.sqrt(2.5))
    # a stream that is stated as nothing has no size to scale
    assert shown.scaled(Stream(Wave(0.0, 0.5), Wave(0.2, 0.5))).shared.sd == 0.0
