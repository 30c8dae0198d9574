from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.backtest.methods import PEOPLE_METHODS
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.rolling import MOST, Rolled, origins_of, roll
from forecast.errors import TooLittleHistory

MadePanel = Callable[..., PeoplePanel]
MadeRolled = Callable[..., Rolled]


def last_count(panel: PeoplePanel, origin: int, years: range) -> Floats:
    """Each group stays as it was."""
    return np.repeat(panel.counted(origin)[None], len(years), axis=0)


def test_origins_have_five_years_before_them_and_one_after(made_panel: MadePanel) -> None:
    assert origins_of(made_panel()) == tuple(range(2005, 2012))
    # groups of five years: an outcome five years on
    assert origins_of(made_panel(width=5)) == (2005, 2006, 2007)
    assert origins_of(made_panel(), before=9) == (2009, 2010, 2011)


def test_too_few_years_are_too_little_history(made_panel: MadePanel) -> None:
    with pytest.raises(TooLittleHistory, match=r"made: expected 7 years or more in a row, found 2000 to 2005"):
        origins_of(made_panel(range(2000, 2006)))


def test_forecasts_stand_beside_what_came(made_panel: MadePanel) -> None:
    panel = made_panel()
    rolled = roll(panel, {"it": last_count})
    assert (rolled.origins, rolled.horizons) == (tuple(range(2005, 2012)), tuple(range(1, MOST + 1)))
    assert rolled.actual.shape == (7, 15, 9, 3)
    for place, origin in enumerate(rolled.origins):
        for number, horizon in enumerate(rolled.horizons):
            if origin + horizon <= 2012:
                assert np.array_equal(rolled.actual[place, number], panel.counted(origin + horizon))
                assert np.array_equal(rolled.forecasts["it"][place, number], panel.counted(origin))
            else:
                assert np.isnan(rolled.actual[place, number]).all()
                assert np.isnan(rolled.forecasts["it"][place, number]).all()
    assert np.array_equal(rolled.sizes[2], panel.size(2007))


def test_five_year_groups_are_forecast_in_steps_of_five(made_panel: MadePanel) -> None:
    panel = made_panel(range(2000, 2021), width=5)
    asked: list[range] = []

    def watch(given: PeoplePanel, origin: int, years: range) -> Floats:
        asked.append(years)
        return last_count(given, origin, years)

    rolled = roll(panel, {"it": watch}, (2005, 2008))
    assert rolled.horizons == (5, 10, 15)
    assert [list(years) for years in asked] == [[2010, 2015, 2020], [2013, 2018]]
    assert np.isfinite(rolled.actual[1, :, 0, 0]).tolist() == [True, True, False]


def test_every_forecast_is_noticed_and_no_outcome_is_no_forecast(made_panel: MadePanel) -> None:
    heard: list[tuple[str, int, int]] = []
    panel = made_panel()
    rolled = roll(panel, {"it": last_count}, (2011, 2012), notice=lambda *what: heard.append(what))
    assert heard == [("made 2011 it", 0, 2), ("made 2012 it", 1, 2)]
    assert np.isnan(rolled.forecasts["it"][1]).all()


@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize("name", sorted(PEOPLE_METHODS))
def test_later_years_change_no_forecast(made_panel: MadePanel, name: str, width: int) -> None:
    panel = made_panel(range(2000, 2016), width=width)
    changed = panel.people.copy()
    changed[9:] *= 7.0
    methods = {name: PEOPLE_METHODS[name]}
    known, other = (roll(given, methods, (2006, 2008)) for given in (panel, dataclasses.replace(panel, people=changed)))
    assert known.forecasts[name].tobytes() == other.forecasts[name].tobytes()
    assert np.isfinite(known.forecasts[name][0, 0]).all()
    assert not np.array_equal(known.actual, other.actual, equal_nan=True)
    # but the years before the origin do
    earlier = panel.people.copy()
    earlier[:9] *= 7.0
    moved = roll(dataclasses.replace(panel, people=earlier), methods, (2006, 2008))
    assert not np.allclose(moved.forecasts[name], known.forecasts[name], equal_nan=True)


@pytest.mark.parametrize("name", sorted(PEOPLE_METHODS))
def test_forecasts_are_of_every_group_and_area(made_panel: MadePanel, name: str) -> None:
    panel = made_panel()
    found = PEOPLE_METHODS[name](panel, 2006, range(2007, 2010))
    assert found.shape == (3, 9, 3)
    # people stray by 3 %: nobody doubles in a year
    assert found[0] == pytest.approx(panel.counted(2006), rel=0.5)


def test_errors_and_logs_by_hand(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"it": np.log([[[[1.25, 0.8]]]])}, (2005,))
    assert rolled.errors("it")[0, 0, 0] == pytest.approx([-0.2, 0.25])
    assert rolled.logs("it")[0, 0, 0] == pytest.approx(np.log([1.25, 0.8]))
    nobody = dataclasses.replace(rolled, actual=np.zeros((1, 1, 1, 2)))
    assert np.isnan(nobody.errors("it")).all()
    assert np.isnan(nobody.logs("it")).all()
