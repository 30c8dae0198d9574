"""How well the birth regressions do: on the nation's series, on Taiwan's townships, on Finland's regions; and a ridge.

    python benchmarks/births.py [SETS] [--write docs/births.md]

``SETS`` is a folder of back-test sets; without it, or without its ``taiwan-townships`` or ``finland-regions``, those
parts are left out. The nation's part needs the project's own tables only.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import time
from pathlib import Path

import numpy as np

from benchmarks.births_sets import Taiwan, finland, taiwan
from forecast.axes import Floats
from forecast.backtest.by_parity import rates_held, record_of
from forecast.demography.birth_checks import Trials, rolling
from forecast.demography.birth_history import BirthHistory
from forecast.demography.birth_regression import BirthRegression, FittedBirthRegression
from forecast.demography.birth_terms import DRAGON, TIGER, LunarYear, Prior
from forecast.demography.conditions import build, order_rule
from forecast.demography.noise import Draws
from forecast.project.load import load_models, load_scenario
from forecast.project.spec import Models
from forecast.run.birth_record import nation_women, orders_of
from forecast.run.birth_study import CHECKED, ORIGINS, STEPS, BirthStudy, birth_study, regression_spec, zodiac
from forecast.run.model import Desk
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
LARGE = 20_000
HELD = range(2003, 2021)
METHODS = ("model", "constant", "naive")
WIDE = Prior(0.0, 0.2, "assumed")
ANIMALS = (LunarYear("dragon", DRAGON, WIDE, after=-0.5), LunarYear("tiger", TIGER, WIDE))
"""Taiwan's: half of what a Dragon year gains is missing in the next one."""


def compared(name: str, trials: Trials, *, together: bool) -> list[str]:
    """One line a horizon."""
    origins = f"{trials.origins[0]}-{trials.origins[-1]}"
    lines = []
    for step in (1, 3, 5):
        errors = [100.0 * trials.mape(method, step, together=together) for method in METHODS]
        cells = [f"**{errors[0]:.1f}**" if errors[0] <= min(errors) else f"{errors[0]:.1f}"]
        cells += [f"{error:.1f}" for error in errors[1:]]
        lines.append(f"| {name} | {origins} | {step} | {' | '.join(cells)} |")
    return lines


def covered(regression: BirthRegression, history: BirthHistory, origins: range) -> str:
    """Percent of outcomes, all areas together, inside the 80 % interval of the trajectories, steps 1 to 5."""
    inside = []
    for origin in origins:
        place = history.periods.index(origin)
        later = slice(place + 1, place + 1 + STEPS)
        fitted = regression.fit(history.until(origin))
        drawn = fitted.sample(history.periods[later], history.exposure[later], Draws(1, range(1000), "parent"))
        low, high = np.quantile(drawn.sum(axis=2), [0.1, 0.9], axis=0)
        came = history.births[later].sum(axis=1)
        inside += list((low <= came) & (came <= high))
    return f"{100.0 * float(np.mean(inside)):.0f} % of {len(inside)}"


def ridge(history: BirthHistory, origins: range, step: int, animals: tuple[int, ...]) -> Floats:
    """Births (origin, area) by a pooled ridge on changes of log births per exposure over ``step`` years.

    Covariates of an origin: the area's rate against all areas', its change over one and three years, those of all
    areas, the log of its size, and which of the animals' years the origin and its target are. It is fitted to the
    origins whose outcome was known; the penalty is chosen by splits in the order of time.
    """
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    logs = np.log(np.maximum(history.births, 0.5) / history.exposure)
    common = np.log(history.births.sum(axis=1) / history.exposure.sum(axis=1))

    def marks(origin: int) -> Floats:
        place, ones = history.periods.index(origin), np.ones(logs.shape[1])
        signs = [float((year - animal) % 12 == 0) for animal in animals for year in (origin, origin + step)]
        return np.column_stack(
            [
                logs[place] - common[place],
                logs[place] - logs[place - 1],
                logs[place] - logs[place - 3],
                ones * (common[place] - common[place - 1]),
                ones * (common[place] - common[place - 3]),
                np.log(history.exposure[place]),
                *(ones * sign for sign in signs),
            ]
        )

    made = []
    for origin in origins:
        known = range(history.periods[3], origin - step + 1)
        places = [history.periods.index(year) for year in known]
        seen, goal = (
            np.vstack([marks(year) for year in known]),
            np.concatenate([logs[place + step] - logs[place] for place in places]),
        )
        search = GridSearchCV(
            make_pipeline(StandardScaler(), Ridge()),
            {"ridge__alpha": [1.0, 10.0, 100.0, 1e3, 1e4, 1e5]},
            cv=TimeSeriesSplit(2),
            scoring="neg_mean_absolute_error",
        ).fit(seen, goal)
        now = history.periods.index(origin)
        rates = np.exp(logs[now] + search.predict(marks(origin)))
        made.append(rates * history.exposure[now + step])
    return np.array(made)


def ridge_lines(name: str, history: BirthHistory, regression: BirthRegression, animals: tuple[int, ...]) -> list[str]:
    """The ridge against the regression and constant rates, mean over areas, the exposure as it came for all."""
    lines = []
    for step in (1, 5):
        last = history.periods[-1] - step
        origins = range(last - 5, last + 1)
        trials = rolling(regression, history, origins, step)
        came = trials.actual[:, -1]
        error = 100.0 * float(np.abs(ridge(history, origins, step, animals) / came - 1.0).mean())
        others = [100.0 * trials.mape(method, step, together=False) for method in ("model", "constant")]
        lines.append(f"| {name} | {step} | {error:.1f} | {others[0]:.1f} | {others[1]:.1f} |")
    return lines


def percent(fitted: FittedBirthRegression, name: str) -> str:
    """A coefficient as percent of births, with its 95 % interval."""
    mean, error = fitted.coefficient(name)
    middle, low, high = (100.0 * np.expm1(mean + side * 1.96 * error) for side in (0.0, -1.0, 1.0))
    return f"{middle:+.1f} % ({low:+.1f} to {high:+.1f}; log {mean:+.3f}, error {error:.3f})"


def nation_lines(study: BirthStudy, models: Models) -> list[str]:
    """The nation's figures."""
    full, plain = study.checks
    lines = [
        "## China, national series\n",
        "| births | term | prior | data | posterior | source |",
        "|---|---|---|---|---|---|",
    ]
    for scope, row in study.effects:
        cells = [
            "-" if item is None else f"{item.mean:+.3f} +- {item.sd:.3f}"
            for item in (row.prior, row.data, row.posterior)
        ]
        lines.append(f"| {scope} | {row.term} | {' | '.join(cells)} | {row.source} |")
    lines.append("\nLog scale, standard errors; 230000 is Heilongjiang. `-`: not identified, the prior stands.\n")
    names = ("prior", "data", "posterior")
    for name, item in zip(names, study.added, strict=False):
        low, high = (item.mean + side * 1.96 * item.sd for side in (-1.0, 1.0))
        lines.append(
            f"- two-child, births added July 2016 to December 2017, {name}: {item.mean / 1e6:.2f} m "
            f"({low / 1e6:.2f}-{high / 1e6:.2f}); published 5.40 (4.34-6.46)"
        )
    lines += ["", "| year | births, x10k | fitted | error % | without policies, error % |", "|---|---:|---:|---:|---:|"]
    for year, births, fitted, error, other in zip(
        full.periods, full.births, full.fitted, full.errors, plain.errors, strict=True
    ):
        lines.append(f"| {year} | {births / 1e4:.0f} | {fitted / 1e4:.0f} | {100 * error:+.1f} | {100 * other:+.1f} |")
    for name, check in (("with policies", full), ("without", plain)):
        mean, worst, year = check.within(CHECKED)
        lines.append(
            f"\n{name}, 2010-2025: mean absolute error {100 * mean:.2f} %, worst {100 * worst:.1f} % ({year}); "
            f"{check.freedom:.1f} effective parameters on {len(full.periods)} years; autocorrelation of errors "
            f"{check.autocorrelation:+.2f}; dispersion {check.dispersion:.0f}."
        )
    lines += ["", "| order | year | births, x10k | fitted |", "|---|---|---:|---:|"]
    for order, check in study.order_checks.items():
        for year, births, fitted in zip(check.periods, check.births, check.fitted, strict=True):
            lines.append(f"| {order} | {year} | {births / 1e4:.0f} | {fitted / 1e4:.0f} |")
    return [*lines, "", *_dragon_lines(study, models), ""]


def _dragon_lines(study: BirthStudy, models: Models) -> list[str]:
    """The Dragon's year with marriages held and without; what a fit says of the years after its end."""
    regression, history = study.nation.regression, study.nation.history
    bare = dataclasses.replace(regression, marriages=None, walk=0.03).fit(history)
    snake = LunarYear("snake", DRAGON + 1, WIDE)
    ending = dataclasses.replace(regression, marriages=None, walk=0.03, terms=(*regression.terms, snake)).fit(history)
    ground = Desk(read_tables(ROOT)).ground(models)
    ahead = nation_women(ground, build(ground, models), history.periods[0]).of(range(2026, 2029))
    lines = [
        f"- Dragon year, marriages held: {percent(study.nation, 'dragon')}",
        f"- Dragon year, all that came with it, no term for marriages: {percent(bare, 'dragon')}",
        f"- the year after it, likewise: {percent(ending, 'snake')}",
    ]
    for last in (2023, 2024, 2025):
        exposure = np.concatenate([history.exposure[last - 2025 :], ahead]) if last < 2025 else ahead
        made = regression.fit(history.until(last)).predict(range(last + 1, 2029), exposure)[:, 0]
        told = ", ".join(f"{year} {value / 1e4:.0f}" for year, value in zip(range(last + 1, 2029), made, strict=True))
        lines.append(f"- fitted up to {last}, births x10k: {told}")
    return lines


def taiwan_lines(found: Taiwan) -> list[str]:
    """The stress test."""
    regression = BirthRegression(terms=ANIMALS, lags=1)
    whole = BirthRegression(terms=ANIMALS).fit(found.whole())
    months = found.by_month()
    began = time.perf_counter()
    fitted = regression.fit(months)
    took = time.perf_counter() - began
    errors = np.abs(fitted.expected / months.births.sum(axis=1) - 1.0)
    binomial = dataclasses.replace(regression, family="negative-binomial").fit(months)
    kept = fitted.pooled.kept
    return [
        "## Taiwan\n",
        f"- total by year 1995-2025: Dragon {percent(whole, 'dragon')}; Tiger {percent(whole, 'tiger')}",
        f"- {len(months.areas)} townships, {len(months.periods)} months: {months.births.size:,} counts in {took:.2f} s",
        f"- by month: Dragon {percent(fitted, 'dragon')}; Tiger {percent(fitted, 'tiger')}",
        f"- mean absolute error of a month's total {100 * errors.mean():.1f} %; spread {fitted.solved.dispersion:.0f}",
        f"- a township keeps {100 * kept.min():.0f} to {100 * kept.max():.0f} % of its own level",
        f"- the same, negative-binomial: Dragon {percent(binomial, 'dragon')}",
        f"- fitted to the total up to 2012, a Dragon year, births of 2013-2015 told: {_after(found.whole(), 2012)}",
        f"- fitted up to 2024, a Dragon year, births of 2025 told: {_after(found.whole(), 2024)}\n",
    ]


def _after(history: BirthHistory, last: int) -> str:
    """Births told by a fit that ends in a Dragon year, beside what came."""
    later = slice(history.periods.index(last) + 1, history.periods.index(last) + 4)
    made = (
        BirthRegression(terms=ANIMALS).fit(history.until(last)).predict(history.periods[later], history.exposure[later])
    )
    pairs = zip(made[:, 0], history.births[later, 0], strict=True)
    then = float(history.births[history.periods.index(last), 0])
    return f"after {then:,.0f}, " + ", ".join(f"{told:,.0f} (came {came:,.0f})" for told, came in pairs)


def trial_lines(study: BirthStudy, models: Models, sets: Path | None) -> list[str]:
    """Rolling origins of everything."""
    head = [
        "| births of | origins | years | regression | constant rates | no change |",
        "|---|---|---:|---:|---:|---:|",
    ]
    lines = ["## Rolling origins\n", "Mean absolute error, percent.\n", *head]
    lines += compared("China", study.trials, together=True)
    lines += compared("China, effects not known to fade", study.held, together=True)
    regression, history = study.nation.regression, study.nation.history
    for name, changed in (
        ("China, no policies", dataclasses.replace(regression, terms=zodiac(regression_spec(models)))),
        ("China, no marriages", dataclasses.replace(regression, marriages=None, walk=0.03)),
        ("China, negative-binomial", dataclasses.replace(regression, family="negative-binomial")),
        ("China, straight level", dataclasses.replace(regression, walk=0.0)),
    ):
        lines += compared(name, rolling(changed, history, ORIGINS, STEPS), together=True)
    notes = [f"China: {covered(regression, history, ORIGINS)}"]
    plain = BirthRegression(terms=ANIMALS)
    if sets is not None and (sets / "taiwan-townships").is_dir():
        found = taiwan(sets / "taiwan-townships")
        large = found.people >= LARGE
        whole, towns = found.whole(), found.towns(large)
        lines += compared("Taiwan, total", rolling(plain, whole, range(2003, 2021), STEPS), together=True)
        straight = dataclasses.replace(plain, walk=0.0)
        lines += compared(
            "Taiwan, total, straight level", rolling(straight, whole, range(2003, 2021), STEPS), together=True
        )
        bare = dataclasses.replace(plain, terms=())
        lines += compared("Taiwan, total, no zodiac", rolling(bare, whole, range(2003, 2021), STEPS), together=True)
        trials = rolling(plain, towns, range(2013, 2021), STEPS, found.ahead(large))
        lines += compared(f"Taiwan, {len(towns.areas)} townships of 20,000 and more", trials, together=False)
        notes.append(f"Taiwan: {covered(plain, whole, range(2003, 2021))}")
    if sets is not None and (sets / "finland-regions").is_dir():
        regions = finland(sets / "finland-regions")
        trials = rolling(BirthRegression(), regions, range(2000, 2008), STEPS)
        lines += compared("Finland, 19 regions", trials, together=False)
        notes.append(f"Finland: {covered(BirthRegression(), regions, range(2000, 2008))}")
    return [
        *lines,
        *parity_lines(),
        f"\nInside the 80 % interval of 1,000 trajectories, steps 1 to 5 together: {'; '.join(notes)}.\n",
    ]


def parity_lines() -> list[str]:
    """Rates by number of children held, in the place of the regression; the births here are the guide's."""
    desk = Desk(read_tables(ROOT))
    models = load_models(ROOT, load_scenario(ROOT, "baseline"))
    ground = desk.ground(models)
    orders = orders_of(desk.frames, ground.evidence.nation, ground.evidence.births[ground.evidence.nation])
    record = record_of(ground, build(ground, models).nation.people[:, 0], orders, HELD[0])
    trials = rates_held(record, order_rule(models.births), HELD, STEPS)
    head = [
        "",
        "| births of | origins | years | by number of children | by age alone | no change |",
        "|---|---|---:|---:|---:|---:|",
    ]
    told = (
        "\nRates of the origin go on, by number of children or by age alone (births of the UN, from 2021 as published):"
    )
    return [told, *head, *compared("China, rates held", trials, together=True)]


def learned_lines(sets: Path) -> list[str]:
    """The ridge."""
    lines = [
        "## A pooled ridge (scikit-learn) instead\n",
        "| areas | years | ridge | regression | constant rates |",
        "|---|---:|---:|---:|---:|",
    ]
    if (sets / "taiwan-townships").is_dir():
        found = taiwan(sets / "taiwan-townships")
        towns = found.towns(found.people >= LARGE)
        lines += ridge_lines(
            "Taiwan, townships of 20,000 and more", towns, BirthRegression(terms=ANIMALS), (DRAGON, TIGER)
        )
    if (sets / "finland-regions").is_dir():
        lines += ridge_lines("Finland, regions", finland(sets / "finland-regions"), BirthRegression(), ())
    return [*lines, ""]


def main() -> None:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="?", type=Path, help="folder of back-test sets")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write what was measured into this page")
    given = parser.parse_args()
    began = time.perf_counter()
    models = load_models(ROOT, load_scenario(ROOT, "baseline"))
    study = birth_study(read_tables(ROOT), models)
    took, today = time.perf_counter() - began, dt.datetime.now(dt.UTC)
    lines = [
        f"Measured {today:%Y-%m-%d} by `benchmarks/births.py`; what `forecast effects` prints took {took:.1f} s.\n"
    ]
    lines += nation_lines(study, models)
    if given.sets is not None and (given.sets / "taiwan-townships").is_dir():
        lines += taiwan_lines(taiwan(given.sets / "taiwan-townships"))
    lines += trial_lines(study, models, given.sets)
    if given.sets is not None:
        lines += learned_lines(given.sets)
    text = "\n".join(lines)
    print(text)
    if given.write is not None:
        page = given.write.read_text("utf-8")
        before, rest = page.split(BEGIN)
        given.write.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
