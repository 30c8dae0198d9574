from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.demography.gravity import Gravity, Pairs, Term, great_circle, stated
from forecast.errors import InputError
from forecast.kernels import ipf

AREAS = 12
STATED = {"log origin": 0.87, "log destination": 0.75, "log distance": -1.2}
"""Coefficients as a spec states them."""

# Moves between the nine Laender of Austria in 2006 (rows origins; AT11 .. AT34 in order, kilometres between centres):
# A. Dennett 2012, Estimating flows between geographical locations, UCL CASA working paper 184.
# fmt: off
AUSTRIA = np.array([
    [0, 1131, 1887, 69, 738, 98, 31, 43, 19],
    [1633, 0, 14055, 416, 1276, 1850, 388, 303, 159],
    [2301, 20164, 0, 1080, 1831, 1943, 742, 674, 407],
    [85, 379, 1597, 0, 1608, 328, 317, 469, 114],
    [762, 1110, 2973, 1252, 0, 1081, 622, 425, 262],
    [196, 2027, 3498, 346, 1332, 0, 2144, 821, 274],
    [49, 378, 1349, 310, 851, 2117, 0, 630, 106],
    [87, 424, 978, 490, 670, 577, 546, 0, 569],
    [33, 128, 643, 154, 328, 199, 112, 587, 0],
], dtype=np.float64)
KILOMETRES = np.array([
    [0, 103.001845, 84.204666, 220.811933, 132.00748, 214.511814, 246.933305, 390.85611, 505.089539],
    [103.001845, 0, 45.796272, 216.994739, 129.878172, 140.706671, 201.232355, 343.50075, 453.515594],
    [84.204666, 45.796272, 0, 249.932874, 158.630661, 186.420738, 244.108305, 387.61776, 498.407152],
    [220.811933, 216.994739, 249.932874, 0, 92.407958, 151.777157, 92.894408, 194.851669, 306.105825],
    [132.00748, 129.878172, 158.630661, 92.407958, 0, 124.563096, 122.433524, 261.893783, 376.34667],
    [214.511814, 140.706671, 186.420738, 151.777157, 124.563096, 0, 81.753652, 208.456383, 314.793199],
    [246.933305, 201.232355, 244.108305, 92.894408, 122.433524, 81.753652, 0, 145.076472, 258.591197],
    [390.85611, 343.50075, 387.61776, 194.851669, 261.893783, 208.456383, 145.076472, 0, 114.46325],
    [505.089539, 453.515594, 498.407152, 306.105825, 376.34667, 314.793199, 258.591197, 114.46325, 0],
])
SENT = np.array([4320, 21478, 30500, 5012, 8811, 11349, 6021, 4477, 2275], dtype=np.float64)
RECEIVED = np.array([5452, 27169, 28710, 4354, 9069, 8577, 4963, 3923, 2026], dtype=np.float64)
# Published fits to these flows with exp(-b d): T. Oshan, SpInt (PySAL), as printed in its tests.
PUBLISHED = [-7.95447436, 0.863867812, 0.880474585, -0.00620544765]
PUBLISHED_ERRORS = [7.55583451e-02, 5.16838440e-03, 4.78122141e-03, 5.18488192e-05]
PUBLISHED_DECAY = 0.00791533
PUBLISHED_FROM_VIENNA = [2920.86883, 17689.9160, 949.267467, 3149.10952, 2733.15395, 1019.72797, 515.779061, 164.177257]
# fmt: on


def simulated(number: int, **given: Floats) -> Pairs:
    draw = np.random.default_rng(number)
    east, north = draw.uniform(126.0, 130.0, AREAS), draw.uniform(44.0, 46.0, AREAS)
    people = np.exp(draw.normal(12.0, 0.8, AREAS))
    distance = great_circle(east, north)
    return Pairs(people, people * draw.uniform(0.8, 1.2, AREAS), distance, **given)


def full(number: int) -> Pairs:
    draw = np.random.default_rng(number + 1)
    near = np.triu(draw.random((AREAS, AREAS)) < 0.3, 1).astype(np.float64)
    pool = np.zeros(AREAS)
    pool[-2:] = 1.0, 2.0
    core = (np.arange(AREAS) < 5).astype(np.float64)
    return simulated(number, contiguous=near + near.T, housing=draw.uniform(-0.01, 0.06, AREAS), core=core, pool=pool)


def expected(pairs: Pairs, terms: tuple[Term, ...], *coefficients: float) -> Floats:
    """Mean flows (area, area) by the law of the model, none on the diagonal."""
    columns = np.stack(list(pairs.columns(terms).values()))
    return np.where(pairs.apart, np.exp(np.tensordot(np.array(coefficients), columns, axes=1)), 0.0)


def test_great_circles() -> None:
    # a quarter of the equator, and from the equator to the pole
    quarter = np.pi / 2 * 6371.0088
    found = great_circle(np.array([0.0, 90.0, 17.0]), np.array([0.0, 0.0, 90.0]))
    assert found == pytest.approx(quarter * (1 - np.eye(3)), abs=1e-6)
    # Harbin to Beijing is about 1055 km (geographiclib on the ellipsoid: 1054.9)
    beijing = great_circle(np.array([126.6425, 116.4074]), np.array([45.757, 39.9042]))
    assert float(beijing[0, 1]) == pytest.approx(1056.0, rel=0.005)


def test_the_published_fit_to_austria() -> None:
    # a power of exp(d / 100) is an exponential in d
    fitted = Gravity().fit(AUSTRIA, Pairs(SENT, RECEIVED, np.exp(KILOMETRES / 100.0)))
    found = fitted.coefficients * np.array([1.0, 1.0, 1.0, 0.01])
    assert found == pytest.approx(PUBLISHED, rel=1e-6)
    poisson = fitted.errors / np.sqrt(fitted.dispersion) * np.array([1.0, 1.0, 1.0, 0.01])
    assert poisson == pytest.approx(PUBLISHED_ERRORS, rel=1e-4)
    assert fitted.explained == pytest.approx(0.88713874, rel=1e-6)


def test_the_published_doubly_constrained_fit_to_austria() -> None:
    # raking exp(-b d) to both margins is the Poisson regression with an effect for each origin and destination
    seeds = np.exp(-PUBLISHED_DECAY * KILOMETRES) * (1.0 - np.eye(9))
    table, gap = ipf.fit(seeds, AUSTRIA.sum(axis=1), AUSTRIA.sum(axis=0))
    assert gap <= 1e-10
    assert np.delete(table[2], 2) == pytest.approx(PUBLISHED_FROM_VIENNA, rel=2e-5)


def test_stated_coefficients_find_austria_better_than_sizes_do() -> None:
    rows, columns = AUSTRIA.sum(axis=1), AUSTRIA.sum(axis=0)
    sizes = np.outer(rows, columns) * (1.0 - np.eye(9))
    prior = stated(("distance",), STATED).predict(Pairs(SENT, RECEIVED, np.where(KILOMETRES > 0, KILOMETRES, 1.0)))
    fitted = Gravity().fit(AUSTRIA, Pairs(SENT, RECEIVED, KILOMETRES)).predict(Pairs(SENT, RECEIVED, KILOMETRES))
    misplaced = [
        np.abs(ipf.fit(seed, rows, columns)[0] - AUSTRIA).sum() / AUSTRIA.sum() / 2.0 for seed in (sizes, prior, fitted)
    ]
    assert misplaced[1] < 0.5 * misplaced[0]
    assert misplaced[2] < 0.5 * misplaced[0]


def test_coefficients_come_back_from_exact_flows() -> None:
    pairs = full(1)
    wanted = np.array([-15.0, 0.8, 0.9, -1.2, 0.4, 3.0, 0.5, 0.3, -0.6, 0.2, -0.4, 0.7, -0.9])
    model = Gravity(("distance", "contiguous", "housing", "core", "pool"))
    flows = expected(pairs, model.terms, *wanted.tolist())
    fitted = model.fit(flows, pairs)
    assert fitted.coefficients == pytest.approx(wanted, rel=1e-6)
    assert fitted.predict(pairs) == pytest.approx(flows, rel=1e-6)
    assert fitted.explained == pytest.approx(1.0)


@settings(max_examples=6)
@given(st.integers(0, 10_000))
def test_coefficients_come_back_within_sampling_error(number: int) -> None:
    pairs = simulated(number)
    wanted = np.array([-10.0, 0.9, 0.8, -1.2])
    mean = expected(pairs, ("distance",), *wanted.tolist())
    flows = np.random.default_rng(number).poisson(mean).astype(np.float64)
    fitted = Gravity().fit(flows, pairs)
    assert (np.abs(fitted.coefficients - wanted) < 5.0 * fitted.errors).all()
    assert fitted.named["log distance"] == pytest.approx(-1.2, abs=0.2)
    assert 0.6 < fitted.dispersion < 1.5


def test_errors_grow_with_dispersion() -> None:
    pairs = simulated(3)
    draw = np.random.default_rng(3)
    mean = expected(pairs, ("distance",), -10.0, 0.9, 0.8, -1.2)
    plain = Gravity().fit(draw.poisson(mean).astype(np.float64), pairs)
    groups = Gravity().fit(9.0 * draw.poisson(mean / 9.0).astype(np.float64), pairs)
    assert groups.dispersion / plain.dispersion == pytest.approx(9.0, rel=0.5)
    assert groups.errors / plain.errors == pytest.approx(
        np.full(4, np.sqrt(groups.dispersion / plain.dispersion)), rel=0.1
    )


def test_pairs_that_were_not_observed_are_left_out() -> None:
    pairs = simulated(4)
    flows = expected(pairs, ("distance",), -10.0, 0.9, 0.8, -1.2)
    holes = np.where(np.random.default_rng(4).random((AREAS, AREAS)) < 0.3, np.nan, flows)
    assert Gravity().fit(holes, pairs).predict(pairs) == pytest.approx(flows, rel=1e-6)


def test_core_and_pools_by_hand() -> None:
    distance = np.ones((4, 4))
    core, pool = np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 2.0])
    told = Pairs(np.ones(4), np.ones(4), distance, core=core, pool=pool).columns(("core", "pool"))
    assert (told["core to periphery"] == np.outer([1, 0, 0, 0], [0, 1, 1, 0])).all()
    assert (told["periphery to core"] == np.outer([0, 1, 1, 0], [1, 0, 0, 0])).all()
    assert (told["from country"] == np.outer([0, 0, 0, 1], np.ones(4))).all()
    assert (told["to country"] == np.outer(np.ones(4), [0, 0, 0, 1])).all()
    assert (told["from province"] == 0).all()


def test_raked_seeds_beat_sizes_alone() -> None:
    won, first, second = 0, 0.0, 0.0
    for number in range(20):
        pairs = simulated(number)
        mean = expected(pairs, ("distance",), -8.0, 0.7, 0.6, -1.0)
        draw = np.random.default_rng(number)
        # a decay and noise that the stated coefficients do not know of
        flows = draw.poisson(mean * np.exp(draw.normal(0.0, 0.4, mean.shape))).astype(np.float64)
        rows, columns = flows.sum(axis=1), flows.sum(axis=0)
        sizes = np.outer(pairs.origin, pairs.destination) * pairs.apart
        prior = stated(("distance",), STATED).predict(pairs)
        by_size, by_distance = (np.abs(ipf.fit(seed, rows, columns)[0] - flows).sum() for seed in (sizes, prior))
        won += by_distance < by_size
        first, second = first + by_size, second + by_distance
    assert won >= 18
    assert second < 0.8 * first


def test_stated_seeds_by_hand() -> None:
    distance = np.array([[0.0, 10.0, 20.0], [10.0, 0.0, 10.0], [20.0, 10.0, 0.0]])
    pairs = Pairs(np.full(3, 1e5), np.array([1e5, 2e5, 1e5]), distance)
    seeds = stated(("distance",), STATED).predict(pairs)
    assert (np.diag(seeds) == 0).all()
    assert seeds[0, 1] / seeds[0, 2] == pytest.approx(2.0**0.75 * 0.5**-1.2)
    near = np.zeros((3, 3))
    near[0, 1] = 1.0
    bordering = stated(("distance", "contiguous"), {**STATED, "contiguous": 0.3})
    found = bordering.predict(Pairs(pairs.origin, pairs.destination, distance, near))
    assert found[0, 1] / found[0, 2] == pytest.approx(2.0**0.75 * 0.5**-1.2 * np.exp(0.3))


def test_too_little_is_refused() -> None:
    pairs = simulated(6)
    flows = np.where(np.random.default_rng(6).random((AREAS, AREAS)) < 0.98, np.nan, 10.0)
    said = r"more than 4 pairs of places with a row \(one for each term of the regression\), found 4 pairs\n"
    with pytest.raises(InputError, match=f"gravity model with distance: expected {said}"):
        Gravity().fit(flows, pairs)
    with pytest.raises(InputError, match="found 132 pairs in which nobody moves"):
        Gravity().fit(np.zeros((AREAS, AREAS)), pairs)


def test_terms_that_cannot_be_told_apart_are_refused() -> None:
    flat = simulated(6, contiguous=np.zeros((AREAS, AREAS)))
    with pytest.raises(InputError, match="expected 5 terms that can be told apart, found 4"):
        Gravity(("distance", "contiguous")).fit(np.ones((AREAS, AREAS)), flat)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="asks for housing, which is not given"):
        Gravity(("housing",)).fit(np.ones((AREAS, AREAS)), simulated(1))
    with pytest.raises(ValueError, match=r"housing of shape \(3,\)"):
        simulated(1, housing=np.ones(3))
    with pytest.raises(ValueError, match="distances between areas must be positive"):
        Pairs(np.ones(2), np.ones(2), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="sizes"):
        Pairs(np.zeros(2), np.ones(2), np.ones((2, 2)))
    with pytest.raises(ValueError, match="flows must not be negative"):
        Gravity().fit(-np.ones((AREAS, AREAS)), simulated(1))
