from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.demography.base import in_groups
from forecast.demography.flows import MOST, OriginDestination, net_of, streams
from forecast.demography.migration import When
from forecast.demography.residual import TwoCensuses, child_residual, five, residual
from forecast.demography.urbanisation import Urbanisation, logistic_path, path_of, stated_path, urban_shares
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.project.movement import UrbanisationSpec
from forecast.project.parts import Assumption
from forecast.run.model import Desk, compute

AREAS, PLACES, CELLS = 3, 5, 4
URBAN = np.array([0.9, 0.5, 0.2])


def people() -> Floats:
    return np.random.default_rng(3).uniform(5e3, 2e4, (AREAS, 2, CELLS))


def moved() -> Floats:
    table = np.random.default_rng(4).uniform(20.0, 60.0, (2, CELLS, PLACES, PLACES))
    table[..., range(PLACES), range(PLACES)] = 0.0
    table[..., AREAS:, AREAS:] = 0.0
    return table


def share_after(between: Floats, urban: Floats = URBAN) -> float:
    after = (people() + net_of(between, AREAS)).sum(axis=(1, 2))
    return float(urban @ after / after.sum())


def assumed(value: float) -> Assumption:
    return Assumption(value=value, status="assumed", source="laoyou-method")


def test_a_logistic_goes_through_both_censuses() -> None:
    path = logistic_path((0.5, 0.6), 0.9, range(2020, 2051))
    assert path[0] == pytest.approx(0.6)
    back = logistic_path((0.6, 0.5), 0.9, range(2010, 2021))
    assert back[-1] < 0.5
    assert logistic_path((0.6, path[10]), 0.9, range(2030, 2041))[-10:] == pytest.approx(path[11:21])
    assert (np.diff(path) > 0).all()
    assert path[-1] < 0.9


def test_stated_targets_are_met_and_kept() -> None:
    path = stated_path(0.7, {2030: 0.8, 2035: 0.82}, range(2020, 2041))
    assert path[[0, 5, 10, 15, 20]].tolist() == pytest.approx([0.7, 0.75, 0.8, 0.82, 0.82])


def test_targets_of_the_past_are_refused() -> None:
    for early in ({2015: 0.6, 2030: 0.8}, {2020: 0.6}):
        with pytest.raises(InputError, match=r"key urbanisation\.share: expected years after the census, 2020"):
            stated_path(0.7, early, range(2020, 2041))


@pytest.mark.parametrize("ceiling", [0.7, 0.75])
def test_a_ceiling_that_the_city_has_passed_is_refused(ceiling: float) -> None:
    spec = UrbanisationSpec(by_moves=assumed(0.5), ceiling=assumed(ceiling))
    urban, whole = np.array([[60.0, 10.0], [60.0, 15.0]]), np.full((2, 2), 50.0)
    with pytest.raises(InputError) as caught:
        path_of(spec, urban, whole, range(2020, 2031))
    fault = caught.value.faults[0]
    assert fault.where == "models/movement.toml, key urbanisation.ceiling"
    assert "above the city's urban shares of both censuses, 0.700 and 0.750" in fault.expected
    assert fault.found == f"{ceiling:g}"
    assert "urbanisation.share" in fault.way_out
    with pytest.raises(InputError, match="up to 1, found 1\\.01"):
        logistic_path((0.5, 0.6), 1.01, range(2020, 2031))


@pytest.mark.parametrize("urban", [(0.0, 50.0), (50.0, 0.0), (50.0, 100.0), (100.0, 50.0)])
def test_a_census_without_towns_or_without_country_is_refused(urban: tuple[float, float]) -> None:
    spec = UrbanisationSpec(by_moves=assumed(0.5), ceiling=assumed(0.9))
    with pytest.raises(InputError, match=r"data/.*/indicators, indicator urban_pop: expected urban and rural people"):
        path_of(spec, np.array(urban)[:, None], np.full((2, 1), 100.0), range(2020, 2031))
    stated = UrbanisationSpec(by_moves=assumed(0.5), share={2030: 0.8})
    assert path_of(stated, np.array(urban)[:, None], np.full((2, 1), 100.0), range(2020, 2031))[-1] == 0.8


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.0005, 0.004))
def test_moves_shift_so_that_the_share_is_met(step: float) -> None:
    # the path asks for a little more or less than the moves of the past bring
    now, usual = share_after(np.zeros_like(moved())), share_after(moved())
    rule = Urbanisation(URBAN, np.array([now, usual + step]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 1))
    assert share_after(found) == pytest.approx(usual + step, abs=1e-9)
    measures = [note[0] for note in notes]
    assert measures[0] == "urban people"
    assert measures[1:] in ([], ["moves from country to town"])
    assert (measures[1:] == []) == (found.sum() >= moved().sum())
    # nobody is moved in or out of the areas together, and nobody by a negative number
    assert net_of(found, AREAS).sum(axis=0) == pytest.approx(net_of(moved(), AREAS).sum(axis=0))
    assert (found >= 0).all()
    assert found[..., AREAS:, :] == pytest.approx(moved()[..., AREAS:, :])
    # from country to town: most of those from the third area to the first, few of those who go the other way
    up, down = (found[..., i, j].sum() / moved()[..., i, j].sum() - 1.0 for i, j in ((2, 0), (0, 2)))
    assert up * (1.0 - 0.9) * 0.2 == pytest.approx(down * (1.0 - 0.2) * 0.9, abs=1e-12)


def test_half_by_moves_asks_for_half_of_the_rise() -> None:
    now = share_after(np.zeros_like(moved()))
    path = np.array([now, now + 0.004])
    found, _ = Urbanisation(URBAN, path, 2020, 0.5).apply(moved(), people(), When(2021, 1))
    assert share_after(found) == pytest.approx(now + 0.002, abs=1e-9)


def test_too_much_is_told_and_capped() -> None:
    rule = Urbanisation(URBAN, np.array([0.5, 0.99]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 1))
    _, left = streams(found, AREAS)
    assert (left <= MOST * people() + 1e-9).all()
    assert notes[-1][0] == "urban people moved"
    assert notes[-1][1] > notes[-1][2]
    # what was reached is what the rows say
    stayed = people().sum(axis=(1, 2))
    shares = rule.before(2021, stayed)
    reached, usual = ((people() + net_of(x, AREAS)).sum(axis=(1, 2)) for x in (found, moved()))
    assert notes[-1][2] == pytest.approx(float(shares @ (reached - usual)))
    assert notes[0][2] == pytest.approx(float(shares @ reached))
    now = share_after(np.zeros_like(moved()))
    less, told = Urbanisation(URBAN, np.array([now, 0.01]), 2020, 1.0).apply(moved(), people(), When(2021, 1))
    assert (less >= 0).all()
    assert told[-1][1] < told[-1][2] < 0


def test_a_path_that_asks_for_less_than_the_moves_bring_is_told() -> None:
    now, usual = share_after(np.zeros_like(moved())), share_after(moved())
    rule = Urbanisation(URBAN, np.array([now, usual - 0.0005]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 1))
    assert share_after(found) == pytest.approx(usual - 0.0005, abs=1e-9)
    measure, before, after, why = notes[1]
    assert measure == "moves from country to town"
    weight = (1.0 - URBAN[:, None]) * URBAN[None, :] * (1.0 - np.eye(AREAS))
    wanted = [float((x[..., :3, :3].sum(axis=(0, 1)) * weight).sum()) for x in (moved(), found)]
    assert [before, after] == pytest.approx(wanted)
    assert after < before
    assert "asks for less than the moves bring that go on without it" in why
    assert len(notes) == 2


def test_the_shift_starts_from_shares_that_have_followed_the_path() -> None:
    """Areas that have become town give and take as such: as published in the table of urban shares."""
    stock, start = people().sum(axis=(1, 2)), share_after(np.zeros_like(moved()))
    path = np.array([start, start + 0.05, start + 0.055])
    rule = Urbanisation(URBAN, path, 2020, 0.8)
    raised = urban_shares(URBAN, stock[None], path[1:2])[0]
    assert rule.before(2022, stock) == pytest.approx(raised)
    assert (raised > URBAN + 0.01).all()
    found, _ = rule.apply(moved(), people(), When(2022, 1))
    # from the path of the year before, moves bring their part at those shares
    assert share_after(found, raised) == pytest.approx(path[1] + 0.8 * 0.005, abs=1e-9)


def test_those_held_apart_count_in_the_share_and_stay() -> None:
    apart = np.array([[4e4, 0.0, 0.0]] * 2)
    whole = people().sum(axis=(1, 2)) + apart[0]
    start = float(URBAN @ whole / whole.sum())
    rule = Urbanisation(URBAN, np.array([start, start + 0.004]), 2020, 1.0, apart)
    found, _ = rule.apply(moved(), people(), When(2021, 1))
    after = whole + net_of(found, AREAS).sum(axis=(1, 2))
    assert float(URBAN @ after / after.sum()) == pytest.approx(start + 0.004, abs=1e-9)


def test_moves_of_the_bundled_city_and_its_published_shares_agree(harbin: Path, desk: Desk) -> None:
    result = compute(harbin, desk, "new-urbanisation")
    systems = result.systems
    flows = systems.fitted.components.migration
    assert isinstance(flows, OriginDestination)
    (rule,) = flows.changes
    assert isinstance(rule, Urbanisation)
    forecast, launch = systems.districts, systems.districts.years[0]
    published = urban_shares(rule.shares, forecast.people.sum(axis=(2, 3)), rule.path)
    for year in (2025, 2035, 2050):
        at = year - launch
        arrived = forecast.accounts.migration[at - 1].sum(axis=(1, 2))
        stayed = forecast.people[at].sum(axis=(1, 2)) - arrived
        assert rule.before(year, stayed) == pytest.approx(published[at - 1], abs=0.003)
        assert (rule.before(year, stayed) - rule.shares).max() > 0.02


def test_by_moves_is_what_net_migration_brought(harbin: Path, desk: Desk) -> None:
    """Census survival 2010-2020, students out, at the urban shares of 2010: births and deaths are not in it."""
    models = load_models(harbin, load_scenario(harbin, "new-urbanisation"))
    ground = desk.ground(models)
    evidence, launches = ground.evidence, ground.launches["districts"]
    assert evidence.settlement is not None
    assert models.movement.urbanisation is not None
    both = zip(evidence.censuses, launches, strict=True)
    counted = [five(census.groups("districts") - in_groups(start.students, census.starts)) for census, start in both]
    nation = [five(census.nation) for census in evidence.censuses]
    censuses = TwoCensuses(counted[0], counted[1], nation[0], nation[1])
    net = residual(censuses)
    moved_in = net.sum(axis=(1, 2)) + child_residual(censuses, net).sum(axis=(1, 2))
    before, after = (census.districts.sum(axis=(1, 2)) for census in evidence.censuses)
    urban = evidence.settlement.urban
    shares = urban[0] / before
    rise = urban[1].sum() / after.sum() - urban[0].sum() / before.sum()
    by_moves = shares @ (before + moved_in) / (before + moved_in).sum() - shares @ before / before.sum()
    assert by_moves / rise == pytest.approx(0.454, abs=0.001)
    assert models.movement.urbanisation.by_moves.value == pytest.approx(by_moves / rise, abs=0.005)


def test_years_on_record_are_left_alone() -> None:
    rule = Urbanisation(URBAN, np.array([0.5, 0.99]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 0))
    assert found is not None
    assert found.tolist() == moved().tolist()
    assert notes == ()


def test_shares_of_areas_sum_to_the_path() -> None:
    stock = np.array([[100.0, 50.0, 20.0], [90.0, 60.0, 30.0]])
    path = np.array([float(URBAN @ stock[0] / 170.0), 0.8])
    found = urban_shares(URBAN, stock, path)
    assert found[0] == pytest.approx(URBAN)
    assert (found * stock).sum(axis=1) / stock.sum(axis=1) == pytest.approx(path)
    assert (found[1] > URBAN).all()
