from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels import growth
from forecast.kernels import multiregional as kernel
from forecast.kernels import step as single
from forecast.kernels.lifetable import life_tables
from forecast.kernels.multiregional import Exposure

# Two regions, all ages and both sexes alike: deaths 1/2 and 1/4, moves 1/2 to the second and 1/4 to the first.
# M = [1, -1/2; -1/4, 1/2]; I + M/2 = [3/2, -1/4; -1/8, 5/4] with the determinant 59/32. A is its inverse, P is 2 A - I.
MORE = np.array([[Fraction(3, 2), Fraction(-1, 4)], [Fraction(-1, 8), Fraction(5, 4)]])
YEARS = np.array([[Fraction(40, 59), Fraction(8, 59)], [Fraction(4, 59), Fraction(48, 59)]])
ENDS = np.array([[Fraction(21, 59), Fraction(16, 59)], [Fraction(8, 59), Fraction(37, 59)]])
A, P = YEARS.astype(float), ENDS.astype(float)
DEATHS = np.array([0.5, 0.25])
MOVES = np.array([[0.0, 0.5], [0.25, 0.0]])

# Women of Slovenia and the rest of Yugoslavia, 1961, by groups of five years of age to 85+: Willekens and Rogers 1978,
# tables 1.3 (rates), 2.3 (survivors by region of birth and residence) and 3.2 (projection to 2001), as worked out again
# in github.com/mhermans/mstls. Columns: deaths, births and moves out per million woman-years, women in 1961, women in
# 2001 (each Slovenia, rest); survivors of 100,000 born in Slovenia (living there, in the rest), and in the rest.
# fmt: off
YUGOSLAVIA = np.array((
    (  6150,  22468,     0,     0, 2832, 272, 67800, 847900, 81001, 1130953, 100000,     0,    0, 100000),
    (   432,    669,     0,     0, 2294, 166, 74100, 905200, 77972, 1027894,  95608,  1310,  126,  89242),
    (   297,    478,    71,    67, 1485, 157, 70700, 808100, 76680,  993837,  94316,  2392,  198,  88872),
    (   516,    865, 15857, 26458, 5158, 679, 60100, 617400, 76582,  968412,  93481,  3080,  265,  88592),
    (   747,   1220, 70652, 87978, 7170, 937, 62900, 725500, 77190,  945021,  90880,  5425,  553,  87922),
    (   677,   1585, 63218, 74260, 5534, 506, 66500, 774000, 75638,  898909,  87385,  8545,  934,  87005),
    (   999,   1753, 41103, 44290, 3756, 350, 67100, 728400, 72104,  838496,  84737, 10825, 1121,  86128),
    (  1224,   2073, 22862, 23532, 1765, 226, 62900, 633300, 70384,  812666,  82766, 12276, 1243,  85249),
    (  1924,   2872,  7797, 12051, 1013, 183, 39500, 392400, 67731,  758104,  81552, 12857, 1319,  84286),
    (  3570,   3889,   710,  2151,  543,  94, 47900, 437100, 74725,  844134,  80376, 13069, 1376,  83015),
    (  5224,   6382,   292,   714,  663, 130, 51300, 453800, 69342,  736956,  78746, 13025, 1386,  81381),
    (  8004,   9615,     0,     0,  629, 205, 46100, 389300, 56291,  543472,  76470, 12861, 1398,  78779),
    ( 12955,  16857,     0,     0,  884, 203, 39600, 325800, 56672,  600813,  73251, 12474, 1416,  75008),
    ( 25864,  27784,     0,     0,  949, 156, 29500, 230600, 54501,  578276,  68364, 11754, 1392,  68877),
    ( 47742,  48067,     0,     0,  876,  78, 21700, 180000, 45935,  455970,  59783, 10503, 1264,  59889),
    ( 75556,  72084,     0,     0, 1111,  99, 14400, 120900, 31869,  298515,  46828,  8455, 1008,  47026),
    (146620, 111814,     0,     0,  704, 196,  7100,  61200, 11951,  119997,  31768,  6055,  701,  32652),
    (203611, 143486,     0,     0, 1111,  76,  3600,  39300,  9124,  136532,  14669,  3469,  342,  18367),
), dtype=np.float64) / np.repeat([1e6, 1.0], [6, 8])
# fmt: on
# The same source: years lived at 85+ by region of birth and residence; survivorship from 60-64 to 65-69 (table 2.9).
LAST_YEARS = np.array([[0.7166, 0.24721], [0.017170, 1.280]])
FROM_60 = np.array([[0.9048, 0.004072], [0.0008019, 0.8948]])


def rates(seed: int, regions: int, ages: int, most: float = 0.15) -> tuple[Floats, Floats]:
    """Made death rates (2, age, region) and moves (2, age, origin, destination)."""
    draw = np.random.default_rng(seed)
    moves = draw.uniform(0, most, (2, ages, regions, regions))
    moves[..., np.arange(regions), np.arange(regions)] = 0.0
    return draw.uniform(0.01, 0.3, (2, ages, regions)), moves


def people_and_births(seed: int, regions: int, ages: int) -> tuple[Floats, Floats]:
    draw = np.random.default_rng(seed)
    return draw.uniform(1, 100, (regions, 2, ages)), draw.uniform(0, 0.4, (regions, ages))


def yugoslavia() -> tuple[Floats, Floats]:
    """Rates per woman and five years, the same for men, who are not looked at."""
    deaths, out = 5.0 * YUGOSLAVIA[:, 0:2], 5.0 * YUGOSLAVIA[:, 4:6]
    moves = np.zeros((18, 2, 2))
    moves[:, 0, 1], moves[:, 1, 0] = out[:, 0], out[:, 1]
    return np.stack([deaths] * 2), np.stack([moves] * 2)


def test_transition_by_hand() -> None:
    assert (MORE @ YEARS == [[1, 0], [0, 1]]).all()
    assert (2 * YEARS - ENDS == [[1, 0], [0, 1]]).all()
    assert kernel.transition(DEATHS, MOVES) == pytest.approx(P, rel=1e-14)
    assert kernel.moving(MOVES) == pytest.approx(np.array([[7, 4], [2, 9]]) / 11)  # 1/8 and 1/4 beside the diagonal


def test_life_table_and_survivorship_by_hand() -> None:
    deaths, moves = np.stack([DEATHS] * 3), np.stack([MOVES] * 3)
    table = kernel.life_table(deaths, moves)
    assert table.l == pytest.approx(np.stack([np.eye(2), P, P @ P]))
    assert table.L[:2] == pytest.approx(np.stack([A, P @ A]))
    rest = np.array([[4, 4], [2, 8]]) / 3  # the inverse of M, its determinant is 3/8
    assert table.L[2] == pytest.approx(P @ P @ rest)
    assert table.e == pytest.approx(
        np.stack([rest, P @ rest / P.sum(1)[:, None], table.T[2] / (P @ P).sum(1)[:, None]])
    )
    # The same rates at every age: everybody moves on by P, and the open group with them.
    assert kernel.survivorship(deaths, moves) == pytest.approx(np.stack([A, P, P]))


@pytest.mark.parametrize(("exposure", "women"), [("survivors", (77.5, 52.0)), ("final", (73.5, 56.0))])
def test_step_by_hand(exposure: Exposure, women: tuple[float, float]) -> None:
    # 59 of age 0 in each region: 21 stay and 16 go, 8 come and 37 stay. 118 + 0 in the two oldest groups: 42 and 32;
    # 59 + 59: 16 and 74. Women of age 1: 118 and 59 at the start; 37 and 45 survive, 29 and 53 are there at the end.
    start = np.array([[[59.0, 118.0, 0.0]] * 2, [[59.0, 59.0, 59.0]] * 2])
    survival = np.stack([np.stack([A, P, P])] * 2)
    year = kernel.step(start, survival, np.array([[9.0, 0.59, 9.0]]), 0.25, exposure=exposure)
    born = 0.59 * np.array(women)
    assert year.births == pytest.approx(np.array([[0, born[0], 0], [0, born[1], 0]]))
    assert year.newborns == pytest.approx(np.outer(born, [0.25, 0.75]))
    assert year.people[:, 0, 1:] == pytest.approx(np.array([[29, 58], [53, 106]]))
    assert year.people[:, 1, 0] == pytest.approx(0.75 * born @ A)
    assert year.deaths[:, 0, 1:] == pytest.approx(np.array([[22, 44], [14, 28]]))
    assert year.deaths[:, 1, 0] == pytest.approx(0.75 * born * [11 / 59, 7 / 59])
    assert year.flows[0, 1, 0, 1:] == pytest.approx([16, 32])
    assert year.flows[1, 0, 0, 1:] == pytest.approx([8, 16])
    assert (year.flows[[0, 1], [0, 1]] == 0).all()


def test_survivors_of_yugoslavia() -> None:
    deaths, moves = yugoslavia()
    table = kernel.life_table(deaths, moves)
    published = YUGOSLAVIA[:, 10:].reshape(18, 2, 2)
    # The published rates have four to six digits: of few who cross over, the third digit is not known.
    assert 1e5 * table.l[1] == pytest.approx(published, rel=2e-4, abs=2)
    assert 5.0 * table.L[1, -1] == pytest.approx(LAST_YEARS, rel=1e-3)
    assert kernel.survivorship(deaths, moves)[1, 13] == pytest.approx(FROM_60, rel=1e-3)


def test_projection_of_yugoslavia() -> None:
    deaths, moves = yugoslavia()
    start = np.zeros((2, 2, 18))
    start[:, 1] = YUGOSLAVIA[:, 6:8].T
    ratios = kernel.survivorship(deaths, moves)[None]
    years = kernel.project(start, ratios, 5.0 * YUGOSLAVIA[None, :, 2:4].swapaxes(1, 2), 0.0, years=8, exposure="final")
    # They let nobody of 85 and more live another five years; every other age is treated alike.
    assert years.people[-1, :, 1, :-1] == pytest.approx(YUGOSLAVIA[:-1, 8:10].T, rel=2e-4)


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(2, 12), st.sampled_from(kernel.EXPOSURES))
def test_without_moves_regions_are_apart(seed: int, regions: int, ages: int, exposure: Exposure) -> None:
    deaths, moves = rates(seed, regions, ages)
    start, fertility = people_and_births(seed, regions, ages)
    ratios = kernel.survivorship(deaths, 0.0 * moves)
    apart = np.moveaxis(ratios.diagonal(axis1=-2, axis2=-1), -1, 0)
    together = kernel.project(start, ratios[None], fertility[None], 0.51, years=6, exposure=exposure)
    each = single.project(start, apart[None], fertility[None], 0.51, years=6, exposure=exposure)
    for name in ("people", "births", "newborns", "deaths"):
        assert getattr(together, name) == pytest.approx(getattr(each, name), rel=1e-12, abs=1e-12)
    assert not together.flows.any()


def test_without_moves_the_life_table_is_the_usual_one() -> None:
    m = np.stack([[0.02, 0.004, 0.01, 0.2, 0.5], [0.01, 0.003, 0.02, 0.1, 0.4]])[None] * [[[1.0]], [[1.3]]]
    usual = life_tables(m, np.ones(5))
    deaths, nobody = np.moveaxis(m, 0, -1), np.zeros((2, 5, 2, 2))
    lived = np.moveaxis(usual.a, 0, -1)
    lived[:, -1] = 0.5  # of the open group the life table asks no such figure
    table = kernel.life_table(deaths, nobody, lived=lived)
    ratios = kernel.survivorship(deaths, nobody, lived=lived)
    for region in range(2):
        assert table.l[..., region, region] == pytest.approx(usual.l[region])
        assert table.L[..., region, region] == pytest.approx(usual.L[region])
        assert table.e[..., region, region] == pytest.approx(usual.e[region])
        assert ratios[..., region, region] == pytest.approx(usual.S[region], rel=1e-13)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(2, 6), st.booleans())
def test_a_closed_system_keeps_its_people(seed: int, regions: int, exponential: bool) -> None:
    ages = 12
    _, moves = rates(seed, regions, ages, 0.3)
    start, _ = people_and_births(seed, regions, ages)
    ratios = kernel.survivorship(0.0, moves, exponential=exponential)
    nobody = np.zeros((1, 1, ages))
    for given_ratios in (ratios, kernel.settled(np.ones((1, 2, ages)), kernel.moving(moves, exponential=exponential))):
        years = kernel.project(start, given_ratios[None], nobody, 0.5, years=30)
        assert years.people.sum(axis=(1, 3)) == pytest.approx(np.tile(start.sum(axis=(0, 2)), (31, 1)), rel=1e-12)
        assert years.deaths.max() <= 1e-12 * start.sum()
        assert np.abs(kernel.net(years.flows).sum(axis=1)).max() <= 1e-13 * start.sum()


@given(st.integers(0, 1000), st.integers(1, 6), st.sampled_from(kernel.EXPOSURES))
def test_the_account_of_every_region_closes(seed: int, regions: int, exposure: Exposure) -> None:
    deaths, moves = rates(seed, regions, 9, 0.3)
    start, fertility = people_and_births(seed, regions, 9)
    ratios = kernel.survivorship(deaths, moves)
    years = kernel.project(start, ratios[None], fertility[None], 0.5, years=5, exposure=exposure)
    migrants = kernel.net(years.flows)
    left = single.balance(years.people[:-1], years.people[1:], years.newborns, years.deaths, migrants)
    most = float(years.people.sum(axis=(1, 2, 3)).max())
    assert np.abs(left).max() <= 1e-11 * most
    assert np.abs(migrants.sum(axis=1)).max() <= 1e-12 * most
    assert years.newborns.sum(axis=-1) == pytest.approx(years.births.sum(axis=-1), rel=1e-9, abs=1e-9)
    assert (years.people >= 0).all()
    assert years.deaths[:, :, :, 1:].sum() > 0


@given(st.integers(0, 1000), st.permutations(range(4)))
def test_names_of_regions_do_not_matter(seed: int, order: list[int]) -> None:
    deaths, moves = rates(seed, 4, 7)
    start, fertility = people_and_births(seed, 4, 7)
    one = kernel.step(start, kernel.survivorship(deaths, moves), fertility, 0.5)
    named = kernel.survivorship(deaths[..., order], moves[..., order, :][..., order])
    other = kernel.step(start[order], named, fertility[order], 0.5)
    assert other.people == pytest.approx(one.people[order])
    assert other.flows == pytest.approx(one.flows[order][:, order])


def test_regions_alike_stay_alike() -> None:
    deaths, moves = rates(3, 2, 12)
    deaths[..., 1], moves[..., 1, 0] = deaths[..., 0], moves[..., 0, 1]
    start, fertility = people_and_births(3, 2, 12)
    start[1], fertility[1] = start[0], fertility[0]
    years = kernel.project(start, kernel.survivorship(deaths, moves)[None], fertility[None], 0.5, years=20)
    assert years.people[:, 0] == pytest.approx(years.people[:, 1], rel=1e-13)
    assert np.abs(kernel.net(years.flows)).max() <= 1e-13 * start.sum()


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(1, 5), st.booleans())
def test_ratios_are_those_of_the_life_table(seed: int, regions: int, exponential: bool) -> None:
    deaths, moves = rates(seed, regions, 8)
    moves[:, -1] = moves[:, -2]  # what the last ratio takes for granted
    table = kernel.life_table(deaths, moves, exponential=exponential)
    ratios = kernel.survivorship(deaths, moves, exponential=exponential)
    assert table.L[:, 0] == pytest.approx(ratios[:, 0])
    for age in range(1, 7):
        assert table.L[:, age - 1] @ ratios[:, age] == pytest.approx(table.L[:, age], rel=1e-9, abs=1e-12)
    assert table.T[:, -2] @ ratios[:, -1] == pytest.approx(table.T[:, -1], rel=1e-9, abs=1e-12)
    assert (ratios >= 0).all()
    assert (ratios.sum(axis=-1) <= 1).all()


def test_constant_rates_within_the_year() -> None:
    # Two regions: the share gone after a year is r / (r + s) x (1 - exp(-(r + s))), whatever the size of the rates.
    moves = np.array([[0.0, 3.0], [1.5, 0.0]])
    gone = (1 - np.exp(-4.5)) * np.array([3.0, 1.5]) / 4.5
    expected = np.array([[1 - gone[0], gone[0]], [gone[1], 1 - gone[1]]])
    assert kernel.moving(moves, exponential=True) == pytest.approx(expected)
    small, died = 0.01 * moves, 0.01 * DEATHS
    assert kernel.transition(died, small) == pytest.approx(kernel.transition(died, small, exponential=True), abs=1e-5)


def test_rates_too_large_for_the_formula() -> None:
    at_the_limit = np.array([[0.0, 2.0], [0.0, 0.0]])
    assert kernel.moving(at_the_limit) == pytest.approx(np.array([[0.0, 1.0], [0.0, 1.0]]), abs=1e-15)
    for wrong in (kernel.moving, lambda moves: kernel.survivorship(0.0, np.stack([moves] * 3))):
        with pytest.raises(ValueError, match=r"reach 2\.1 a year: above 2 .* exponential=True"):
            wrong(1.05 * at_the_limit)


@pytest.mark.parametrize(
    ("deaths", "moves", "message"),
    [
        (0.0, np.zeros((2, 3)), "as many origins"),
        (-0.1, np.zeros((2, 2)), "not negative"),
        (0.0, np.array([[0.0, np.nan], [0.0, 0.0]]), "finite"),
        (0.0, np.eye(2), "the diagonal must be nil"),
    ],
)
def test_what_are_no_rates(deaths: float, moves: Floats, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kernel.transition(deaths, moves)


def test_a_life_table_ends() -> None:
    with pytest.raises(ValueError, match="open group"):
        kernel.life_table(0.0, np.stack([MOVES] * 3))


def test_what_does_not_fit() -> None:
    start, fertility = people_and_births(1, 2, 3)
    ratios = np.stack([np.stack([P] * 3)] * 2)
    with pytest.raises(ValueError, match=r"survival of shape \(2, 3, 2, 2\)"):
        kernel.step(start[:1], ratios, fertility, 0.5)
    with pytest.raises(ValueError, match=r"fertility of shape \(2, 2\)"):
        kernel.step(start, ratios, fertility[:, 1:], 0.5)
    with pytest.raises(ValueError, match=r"people of shape \(2, 1, 3\)"):
        kernel.step(start[:, :1], ratios, fertility, 0.5)
    with pytest.raises(ValueError, match="exposure 'even'"):
        kernel.step(start, ratios, fertility, 0.5, exposure="even")  # type: ignore[arg-type]  # what it refuses
    with pytest.raises(ValueError, match="survival of 2 years"):
        kernel.project(start, np.stack([ratios] * 2), fertility[None], 0.5, years=3)


def test_rates_of_each_year_are_used() -> None:
    start, fertility = people_and_births(5, 3, 6)
    ratios = np.stack([kernel.survivorship(*rates(seed, 3, 6)) for seed in range(3)])
    births = np.stack([fertility, 0.5 * fertility, 2.0 * fertility])
    boys = np.array([[0.5], [0.52], [0.49]])
    years = kernel.project(start, ratios, births, boys, years=3)
    by_hand = start
    for year in range(3):
        one = kernel.step(by_hand, ratios[year], births[year], boys[year])
        by_hand = one.people
        assert (years.flows[year] == one.flows).all()
    assert (years.people[-1] == by_hand).all()
    assert kernel.project(start, ratios, births, boys, years=3, flows=False).flows.shape[0] == 0


@given(st.integers(0, 1000), st.integers(1, 4), st.integers(2, 8), st.sampled_from(kernel.EXPOSURES))
def test_matrix_does_what_the_step_does(seed: int, regions: int, ages: int, exposure: Exposure) -> None:
    start, fertility = people_and_births(seed, regions, ages)
    ratios = kernel.survivorship(*rates(seed, regions, ages))
    year = kernel.step(start, ratios, fertility, 0.51, exposure=exposure)
    matrix = kernel.growth_matrix(ratios, fertility, 0.51, exposure=exposure)
    assert (matrix @ start.ravel()).reshape(start.shape) == pytest.approx(year.people)


@pytest.mark.parametrize("exposure", kernel.EXPOSURES)
def test_long_run_growth_is_the_dominant_eigenvalue(exposure: Exposure) -> None:
    start, fertility = people_and_births(8, 3, 15)
    fertility *= 4.0
    ratios = kernel.survivorship(*rates(8, 3, 15))
    matrix = kernel.growth_matrix(ratios, fertility, 0.51, exposure=exposure)
    factor, shares = kernel.dominant(matrix)
    people = start / start.sum()
    for _ in range(400):
        people = kernel.step(people / people.sum(), ratios, fertility, 0.51, exposure=exposure).people
    assert factor == pytest.approx(people.sum(), rel=1e-10)
    assert shares == pytest.approx((people / people.sum()).ravel(), abs=1e-10)
    assert growth.stable(matrix.toarray())[0] == pytest.approx(factor, rel=1e-10)
