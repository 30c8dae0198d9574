"""Births by order at the launch, on the bundled project."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import FEMALE, FERTILE, Floats
from forecast.demography.conditions import Systems, order_rule
from forecast.demography.evidence import OrderEvidence
from forecast.demography.ground import Ground
from forecast.demography.orders import OrderGround, OrderRule, core_women, lay_orders
from forecast.demography.parity import BEARING, CELLS, shifted
from forecast.demography.parity_start import ASKED, WINDOW, Standard, children_to_date, own_shift, split
from forecast.demography.past import past_of
from forecast.kernels.parity import MOST, ORDERS
from forecast.run.model import Desk, Result

SYSTEMS = ("nation", "province", "districts")
ROUNDING = 0.005


@pytest.fixture(scope="module")
def ground(desk: Desk, baseline: Result) -> Ground:
    return desk.ground(baseline.models)


@pytest.fixture(scope="module")
def rule(baseline: Result) -> OrderRule:
    return order_rule(baseline.models.births)


@pytest.fixture(scope="module")
def laid(baseline: Result) -> OrderGround:
    return baseline.systems.orders


@pytest.fixture(scope="module")
def known(ground: Ground) -> OrderEvidence:
    assert ground.evidence.orders is not None
    return ground.evidence.orders


@pytest.fixture(scope="module")
def standard(ground: Ground, rule: OrderRule, known: OrderEvidence) -> tuple[Standard, Floats]:
    """The standard of the nation and its shift by age, worked out anew."""
    past = past_of(ground, 1970)
    women = core_women(ground.launches["nation"][1])[0]
    incidence = split(known.schedule, past.shapes[-1] * past.fertility[-1], women, known.first_shares())
    found = Standard.of(incidence, np.array(rule.completed), np.array([rule.first, 1.0, 1.0]), rule.later)
    return found, own_shift(found, children_to_date(past.fertility, past.shapes))


@pytest.mark.parametrize("system", SYSTEMS)
def test_children_ever_born_are_those_of_the_census(
    ground: Ground, laid: OrderGround, known: OrderEvidence, standard: tuple[Standard, Floats], system: str
) -> None:
    launch = ground.launches[system][1]
    women, core = launch.stock.people[:, FEMALE], core_women(launch)
    found, v = standard
    a2, children = (part[2] if part.ndim == 3 else part for part in found.to_date(v, laid.apart[system]))
    # within the window from the shares of the start: women with at least one, two, three, who go on as with the third
    start = laid.start[system]
    least = [start[:, order:].sum(axis=1) for order in (1, 2, 3)]
    logit = np.log(found.completed[2] / (1.0 - found.completed[2])) + v + found.apart[2] * laid.apart[system][:, None]
    onward = 1.0 / (1.0 + np.exp(-logit))
    mean = children.copy()
    mean[:, CELLS] = least[0] + least[1] + least[2] / (1.0 - onward[:, CELLS])
    assert mean[:, BEARING] == pytest.approx(children[:, BEARING], abs=1e-12)
    asked = slice(ASKED.start, ASKED.stop)
    ever = (mean * core)[:, asked].sum(axis=1) / women[:, asked].sum(axis=1)
    counted = [known.children[code] for code in launch.stock.areas]
    assert ever == pytest.approx(np.array(counted), abs=ROUNDING)
    assert a2.shape == children.shape


@pytest.mark.parametrize("system", SYSTEMS)
def test_shares_of_the_start_sum_to_one(laid: OrderGround, system: str) -> None:
    start = laid.start[system]
    assert start.sum(axis=1) == pytest.approx(np.ones((len(start), len(WINDOW))), rel=1e-12)
    assert start.min() >= 0.0
    # whoever is older has no fewer children, but for cohorts that had fewer
    assert (np.diff(start[:, 0, : 35 - WINDOW.start], axis=1) <= 1e-12).all()


def test_some_women_of_every_age_stay_childless_but_not_many(laid: OrderGround) -> None:
    # 2020: 5 % of China's women of 45-49 were childless, and few in the north
    at = slice(40 - WINDOW.start, None)
    assert laid.start["nation"][0, 0, at].max() < 0.10
    assert laid.start["province"][0, 0, at].max() < 0.15


def test_births_of_the_launch_year_are_met_by_level(ground: Ground, laid: OrderGround) -> None:
    wanted = {
        "nation": ground.launches["nation"][1].births,
        "province": ground.launches["province"][1].births,
        "districts": ground.pooled_births(),
    }
    for system, births in wanted.items():
        start, women = laid.start[system], core_women(ground.launches[system][1])
        rates = shifted(laid.rates, np.zeros((1, ORDERS)), laid.delay[system])[0].transpose(2, 0, 1)
        could = np.stack([start[:, 0], start[:, 1], start[:, 2] + start[:, 3]], axis=1)
        born = (rates * could * laid.tilt[system][..., None])[..., 1:].sum(axis=1) * women[:, BEARING]
        assert laid.level[system] * born.sum(axis=1) == pytest.approx(births), system


def test_the_nations_rates_give_its_births_of_the_launch_year(laid: OrderGround) -> None:
    # rates are the births of the launch year over its mean women: those at its end are fewer at the ages of mothers
    assert laid.level["nation"][0] == pytest.approx(1.0, abs=0.05)


def test_births_of_the_city_are_plausible(ground: Ground) -> None:
    assert 40_000 < ground.pooled_births().sum() < 45_000
    assert ground.pooled_births().sum() == pytest.approx(ground.launches["districts"][1].births.sum())


def test_rates_give_the_births_by_order_they_were_made_from(
    ground: Ground, laid: OrderGround, known: OrderEvidence
) -> None:
    start, women = laid.start["nation"][0], core_women(ground.launches["nation"][1])[0]
    could = np.stack([start[0], start[1], start[2] + start[3]])
    mean = 0.5 * (could[:, 1:] + could[:, :-1])
    born = (laid.rates[:, 1:] * mean * women[BEARING]).sum(axis=1)
    assert born.sum() == pytest.approx(ground.launches["nation"][1].births[0], rel=0.05)
    assert born / born.sum() == pytest.approx(known.first_shares(), abs=1e-3)


def test_rates_are_such_as_women_can_have(laid: OrderGround) -> None:
    assert laid.rates.shape == (ORDERS, len(WINDOW))
    assert (laid.rates >= 0.0).all()
    assert laid.rates.max() < MOST
    assert (laid.rates[:, 0] == 0.0).all()


def test_no_rate_of_a_handful_of_women_runs_away(laid: OrderGround) -> None:
    # a second child at 18 and a third at 22 come to next to nobody: what is put over them must not exceed, by far, the
    # rates of the ages at which most are borne, for later these rates move to ages with more women
    for order, ages in ((1, range(23, 35)), (2, range(26, 38))):
        usual = laid.rates[order, [age - WINDOW.start for age in ages]].max()
        assert laid.rates[order].max() <= 1.5 * usual, order


def test_areas_keep_their_first_births_and_lack_later_ones(laid: OrderGround, rule: OrderRule) -> None:
    assert laid.tilt["nation"] == pytest.approx(np.ones((1, 3)))
    for system in SYSTEMS:
        tilt, t = laid.tilt[system], laid.apart[system] - laid.apart["nation"]
        assert (tilt[:, 0] == 1.0).all()
        assert tilt[:, 1:] == pytest.approx(
            np.repeat(np.exp(rule.lasting * (1.0 - rule.first) * t)[:, None], 2, axis=1)
        )
        assert (tilt <= 1.0).all()


def test_order_shares_of_the_run_sum_to_one_and_meet_the_record(baseline: Result, known: OrderEvidence) -> None:
    systems: Systems = baseline.systems
    for system in SYSTEMS:
        mothers = getattr(systems, system).by_order
        born = mothers.births.sum(axis=(1, 3))
        assert (born / born.sum(axis=1, keepdims=True)).sum(axis=1) == pytest.approx(np.ones(len(born)))
        assert born.sum(axis=1) == pytest.approx(getattr(systems, system).accounts.births.sum(axis=(1, 2)), rel=1e-9)
    nation = systems.nation.by_order.births.sum(axis=(1, 3))
    for year, shares in known.shares.items():
        place = systems.nation.years.index(year) - 1
        assert nation[place] / nation[place].sum() == pytest.approx(shares, rel=1e-9)


def test_women_by_number_of_children_are_all_women_but_students(baseline: Result) -> None:
    systems = baseline.systems
    core = systems.districts.people - systems.students
    assert systems.districts.by_order.women.sum(axis=2) == pytest.approx(
        core[:, :, FEMALE, BEARING], rel=1e-9, abs=1e-6
    )
    for system in ("nation", "province"):
        forecast = getattr(systems, system)
        assert forecast.by_order.women.sum(axis=2) == pytest.approx(forecast.people[:, :, FEMALE, BEARING], rel=1e-9)


def test_the_city_bears_fewer_third_children_than_the_nation(baseline: Result) -> None:
    systems = baseline.systems
    nation, city = (forecast.by_order.births[0].sum(axis=(0, 2)) for forecast in (systems.nation, systems.districts))
    assert 0.01 < city[2] / city.sum() < 0.6 * nation[2] / nation.sum()
    assert city[0] / city.sum() > nation[0] / nation.sum()


def test_mothers_stay_within_the_ages_of_the_outlook(baseline: Result, ground: Ground) -> None:
    # births by age follow from rates by order and from women by number of children; the outlook says how old mothers
    # will be, and both must tell the same story: less than a year apart
    nation = baseline.systems.nation
    women = nation.by_order.exposed.sum(axis=2)[:, 0]
    rates = nation.by_order.births.sum(axis=2)[:, 0] / women
    ages = np.array(FERTILE) + 0.5
    mean = (rates * ages).sum(axis=1) / rates.sum(axis=1)
    outlook = ground.evidence.shapes.at(nation.years[1:])[:, BEARING] @ ages
    assert np.abs(mean - outlook).max() < 1.0


def test_under_incidence_no_area_stands_apart(ground: Ground, rule: OrderRule, known: OrderEvidence) -> None:
    found = lay_orders(ground, dataclasses.replace(rule, moving=False))
    for system in SYSTEMS:
        assert (found.apart[system] == 0.0).all()
        assert (found.delay[system] == 0.0).all()
        assert (found.tilt[system] == 1.0).all()
        assert (found.start[system][:, :ORDERS] == 1.0).all()
    women = core_women(ground.launches["nation"][1])[0]
    born = (found.rates[:, 1:] * women[BEARING]).sum(axis=1)
    assert born / born.sum() == pytest.approx(known.first_shares(), abs=1e-9)
    assert found.level["nation"][0] == pytest.approx(1.0, abs=0.05)


def test_without_evidence_of_orders_there_is_no_ground(ground: Ground, rule: OrderRule) -> None:
    bare = dataclasses.replace(ground, evidence=dataclasses.replace(ground.evidence, orders=None))
    with pytest.raises(ValueError, match="no evidence of births by order"):
        lay_orders(bare, rule)
