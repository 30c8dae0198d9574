"""The birth regressions of a project: which terms, which priors from its tables, and all that is told of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.demography.birth_checks import InSample, Trials, in_sample, rolling
from forecast.demography.birth_effects import Effect, Estimate, births_added, effect, effects
from forecast.demography.birth_history import BirthHistory
from forecast.demography.birth_regression import FEWEST, BirthRegression, FittedBirthRegression
from forecast.demography.birth_terms import DRAGON, GOAT, Level, LunarYear, Marriages, Policy, Prior, Term
from forecast.demography.conditions import build
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.errors import InputError, TooLittleHistory
from forecast.project.regression import CourseSpec, PriorSpec, RegressionSpec
from forecast.project.spec import Models
from forecast.run.birth_record import (
    history_of,
    marriages_of,
    nation_history,
    nation_women,
    orders_of,
    prior_of,
    province_history,
    province_women,
)
from forecast.run.inputs import Frames, need
from forecast.run.model import Desk

WINDOW = range(2016 * 12 + 6, 2018 * 12)
"""The months of that window."""
TOLD = {2016, 2017}
"""Years whose second births must be known for a regression of births by order."""
CHECKED = range(2010, 2026)
ORIGINS = range(2008, 2021)
EARLIEST = 4
"""Years of record before the first origin."""
STEPS = 5
TWO_CHILD, THREE_CHILD, SUBSIDY = "two-child", "three-child", "subsidy-2025"


@dataclass(frozen=True, slots=True, eq=False)
class BirthStudy:
    """What the regressions of a project say.

    nation    all births, with every term;  plain  the same without policies
    orders    births by order, where any are known
    province  None where the record is too short
    effects   rows of the table, with whose births they are about: all, 1, 2, 3+, or the province's code
    added     births that the two-child policy added in the window of the paper: prior, data, posterior
    trials    rolling origins on the nation;  held  the same if no policy's effect were known to fade
    """

    nation: FittedBirthRegression
    plain: FittedBirthRegression
    orders: Mapping[str, FittedBirthRegression]
    province: FittedBirthRegression | None
    effects: tuple[tuple[str, Effect], ...]
    added: tuple[Estimate, ...]
    trials: Trials
    held: Trials

    @property
    def checks(self) -> tuple[InSample, InSample]:
        """The nation's record with the policies and without."""
        return in_sample(self.nation), in_sample(self.plain)

    @property
    def order_checks(self) -> Mapping[str, InSample]:
        """The record of births by order."""
        return {order: in_sample(fitted) for order, fitted in self.orders.items()}

    @property
    def steps(self) -> int:
        """Years ahead of the rolling origins."""
        return int(self.trials.actual.shape[1])

    @property
    def third_births(self) -> tuple[int, float, int, float] | None:
        """Year and births of order three and more, at the last two years on record; None where they are not."""
        if "3+" not in self.orders:
            return None
        history = self.orders["3+"].history
        known = [place for place, here in enumerate(history.known) if here][-2:]
        (first, then), (last, now) = ((history.periods[place], float(history.births[place, 0])) for place in known)
        return first, then, last, now


def birth_study(frames: Frames, models: Models) -> BirthStudy:
    """Fit everything; what a table lacks is named with it (law 9)."""
    ground = Desk(frames).ground(models)
    systems = build(ground, models)
    evidence = ground.evidence
    totals = evidence.births[evidence.nation]
    women = nation_women(ground, systems, min(totals))
    history = nation_history(frames, ground, women)
    if history.periods[0] > ORIGINS[0] - EARLIEST:
        found = f"births from {history.periods[0]} on"
        raise TooLittleHistory.one(
            "data/**/births", f"births of {evidence.nation} from {ORIGINS[0] - EARLIEST} on", found, "add the years"
        )
    known = orders_of(frames, evidence.nation, totals)
    spec = regression_spec(models)
    regression = nation_regression(frames, models)
    nation = regression.fit(history)
    plain = dataclasses.replace(regression, terms=zodiac(spec))
    married = marriages_of(frames, evidence.nation)
    orders = {
        order: order_regression(order, frames, spec, regression, totals, known).fit(
            history_of(evidence.nation, known[order], women, married)
        )
        for order in ORDER_NAMES
        if known["2"].keys() >= TOLD and len(known[order]) >= FEWEST
    }
    province = _province(nation, province_history(ground, province_women(ground, systems), married))
    rows = [("all", row) for row in effects(nation)]
    rows += [(order, row) for order in orders for row in effects(orders[order]) if row.term != "trend"]
    rows.append(("all", subsidy(spec)))
    if province is not None:
        rows += [(evidence.province, row) for row in effects(province)]
    lasting = dataclasses.replace(regression, terms=tuple(_lasting(term) for term in regression.terms))
    return BirthStudy(
        nation,
        plain.fit(history),
        orders,
        province,
        tuple(rows),
        _added(nation, [row for scope, row in rows if scope == "all" and row.term == TWO_CHILD]),
        rolling(regression, history, ORIGINS, STEPS),
        rolling(lasting, history, ORIGINS, STEPS),
    )


def regression_spec(models: Models) -> RegressionSpec:
    """What ``births.toml`` says of the regression; ``InputError`` where it says nothing."""
    found = models.births.regression
    if found is None:
        way_out = "copy the table from the bundled project: `forecast init DIR --from harbin`"
        raise InputError.one(
            "models/births.toml, key regression", "the terms of the birth regression", "nothing", way_out
        )
    return found


def _prior(spec: PriorSpec) -> Prior:
    return Prior(spec.mean, spec.sd, "assumed" if spec.status == "assumed" else spec.source)


def zodiac(spec: RegressionSpec) -> tuple[LunarYear, ...]:
    """The Dragon's year, wanted; the Goat's, shunned, with its births moved to the year after."""
    return (
        LunarYear("dragon", DRAGON, _prior(spec.dragon)),
        LunarYear("goat", GOAT, _prior(spec.goat), after=-spec.goat_moved),
    )


def nation_regression(frames: Frames, models: Models) -> BirthRegression:
    """All births of the nation: zodiac, both two-child policies, marriages a year before, a level that walks little.

    Onset, plateau and decay of the policies were chosen on the same record (docs/births.md): they are no evidence.
    """
    _, low, high, source = prior_of(frames, "universal two-child", "births, Jul-2016 to Dec-2017")
    # The paper counts more births than were published for the nation: its ratio is carried over, not its number.
    spec = regression_spec(models)
    base, *_ = prior_of(frames, "universal two-child", "births without it, Jul-2016 to Dec-2017")
    two = Prior.between(1.0 + low / base, 1.0 + high / base, source)
    return BirthRegression(
        terms=(*zodiac(spec), *_two_child(spec, spec.selective_two_child, two, second=False)),
        marriages=_married(frames, models, spec),
        trend=_prior(spec.trend),
        walk=spec.walk,
    )


def _two_child(spec: RegressionSpec, selective: PriorSpec, universal: Prior, *, second: bool) -> tuple[Policy, Policy]:
    courses = spec.courses
    return (
        _course("selective-two-child", courses.selective_two_child, _prior(selective), second=second),
        _course(TWO_CHILD, courses.two_child, universal, second=second),
    )


def _course(name: str, spec: CourseSpec, prior: Prior, *, second: bool = False) -> Policy:
    onset = spec.second if second and spec.second is not None else spec.onset
    return Policy(name, onset, spec.ramp, spec.hold, spec.half_life, prior, spec.announced)


def _added(nation: FittedBirthRegression, rows: list[Effect]) -> tuple[Estimate, ...]:
    """Births in the paper's window by prior, data and posterior; none where the record does not hold the window."""
    policies = [term for term in nation.plan.terms if isinstance(term, Policy) and term.name == TWO_CHILD]
    years = {month // 12 for month in WINDOW}
    if not rows or not policies or not years <= set(nation.history.periods):
        return ()
    parts = [item for item in (rows[0].prior, rows[0].data, rows[0].posterior) if item is not None]
    return tuple(births_added(nation, policies[0], item, WINDOW) for item in parts)


def _lasting(term: Term) -> Term:
    """A term that never fades."""
    return dataclasses.replace(term, half_life=float("inf")) if isinstance(term, Policy) else term


def _married(frames: Frames, models: Models, spec: RegressionSpec) -> Marriages:
    """A first birth follows a marriage, so the share of first births says what all births owe to marriages."""
    nation = models.project.project.nation
    if "tfr" not in frames:
        return Marriages(Prior(0.6, spec.marriages_sd, "assumed"), _prior(spec.unrecorded))
    frame = frames["tfr"]
    rows = frame[(frame["area"] == nation) & (frame["year"] == int(frame[frame["area"] == nation]["year"].min()))]
    rows = need(rows[rows["order"].isin(["1", "all"])], "tfr", f"total fertility of {nation}, orders 1 and all")
    said = dict(zip(rows["order"].astype(str), rows["tfr"].astype(float), strict=True))
    share = Prior(said["1"] / said["all"], spec.marriages_sd, str(rows["source"].iloc[0]))
    return Marriages(share, _prior(spec.unrecorded))


def order_regression(
    order: str,
    frames: Frames,
    spec: RegressionSpec,
    nation: BirthRegression,
    totals: Mapping[int, float],
    known: Mapping[str, Mapping[int, float]],
) -> BirthRegression:
    """Births of one order: few years, so no walk and few terms, each with a prior.

    The paper's extra births were second births, from July 2016 on; over those of its window they make the prior of
    order 2. Third births: 409,000 a year were expected beforehand, over those of the last year before; a guess, so its
    error is as large as itself. Their number moved by a fifth before any policy could act: their level walks.
    """
    priors = spec.orders
    plain = BirthRegression(trend=_prior(priors.trend), walk=0.0)
    if order == "1":
        goat = LunarYear("goat", GOAT, _prior(priors.goat), after=-spec.goat_moved)
        married = Marriages(_prior(priors.marriages), _prior(spec.unrecorded))
        return dataclasses.replace(plain, terms=(goat,), marriages=married)
    if order == "2":
        window = 0.5 * totals[2016] + totals[2017]
        seconds = 0.5 * known["2"][2016] + known["2"][2017]
        two = next(term.prior for term in nation.terms if term.name == TWO_CHILD)
        extra = [window * (1.0 - np.exp(-(two.mean + side * 1.96 * two.sd))) for side in (-1.0, 1.0)]
        low, high = (seconds / (seconds - births) for births in extra)
        universal = Prior.between(low, high, two.source)
        seconds_too = _two_child(spec, priors.selective_two_child, universal, second=True)
        return dataclasses.replace(plain, terms=seconds_too)
    expected, _, _, source = prior_of(frames, "three-child", "extra third births per year, ex ante")
    last = known["3+"][max(year for year in known["3+"] if year <= 2021)]
    guess = float(np.log1p(expected / last))
    third = _course(THREE_CHILD, spec.courses.three_child, Prior(guess, guess, source))
    return dataclasses.replace(plain, terms=(third,), walk=priors.third_walk, carried=0.0)


def subsidy(spec: RegressionSpec) -> Effect:
    """One year on record, and in it the Dragon's year ended and the marriages of 2024 had fallen: the prior stands."""
    return effect(
        SUBSIDY,
        Prior.between(1.0 + spec.subsidy.low, 1.0 + spec.subsidy.high, spec.subsidy.source, spec.subsidy.probability),
        None,
        "not identified: 2025 alone, confounded with the end of the Dragon year and the marriages of 2024",
    )


def _province(nation: FittedBirthRegression, history: BirthHistory) -> FittedBirthRegression | None:
    """The province under the nation's effects as priors, twice as wide; rates before the census have another basis."""
    terms: list[Term] = []
    for term in nation.plan.terms:
        mean, error = nation.coefficient(term.name)
        terms.append(dataclasses.replace(term, prior=Prior(mean, 2.0 * error, "000000")))
    terms.append(Level("before-census", 2019, Prior(0.0, 1.0, "assumed")))
    married = None
    if nation.plan.marriages is not None:
        mean, error = nation.coefficient("marriages")
        married = dataclasses.replace(nation.plan.marriages, prior=Prior(mean, 2.0 * error, "000000"))
    regression = dataclasses.replace(nation.regression, terms=tuple(terms), marriages=married)
    try:
        return regression.fit(history)
    except InputError:
        return None
