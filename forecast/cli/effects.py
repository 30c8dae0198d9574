"""``forecast effects``: what policies and the zodiac did to births: prior, data, posterior, and how good the fit is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts

if TYPE_CHECKING:  # what computes is imported inside the command, so that `forecast -h` stays quick
    from forecast.demography.birth_effects import Effect, Estimate
    from forecast.run.birth_study import BirthStudy

RATIOS = ("marriages",)
"""Terms whose coefficient is an elasticity, not a change in percent."""
METHODS = ("model", "constant", "naive")


@click.command("effects", epilog=example("forecast effects", "forecast effects --json"))
@common
def effects(settings: Settings) -> None:
    """Estimate what policies, zodiac years and marriages do to births; print prior, data and posterior side by side.

    Then the fit by year, with the policies and without, and forecasts from past years against constant rates and
    against no change. Everything is computed anew from the project's tables.
    """
    from forecast.project.load import load_models, load_scenario, scenario_names
    from forecast.run.birth_study import birth_study
    from forecast.run.inputs import areas_of
    from forecast.tables.project_tables import read_tables

    project = settings.home()
    models = load_models(project, load_scenario(project, scenario_names(project)[0]))
    frames = read_tables(project)
    found = birth_study(frames, models)
    if settings.json:
        as_json(content(found))
    elif settings.quiet:
        for scope, row in found.effects:
            click.echo(f"{scope} {row.term}")
    else:
        places = {code: getattr(area, f"name_{settings.lang}") for code, area in areas_of(frames).items()}
        _print(found, texts(settings.lang), places)


def content(found: BirthStudy) -> dict[str, object]:
    """All of a study as plain values; effects on the log scale."""
    full, plain = found.checks
    return {
        "effects": [
            {
                "births": scope,
                "term": row.term,
                "prior": row.prior,
                "data": row.data,
                "posterior": row.posterior,
                "source": row.source,
                "note": row.note,
            }
            for scope, row in found.effects
        ],
        "two_child_births": list(found.added),
        "years": [
            {"year": year, "births": births, "fitted": fitted, "without_policies": other}
            for year, births, fitted, other in zip(full.periods, full.births, full.fitted, plain.fitted, strict=True)
        ],
        "fit": {
            "freedom": full.freedom,
            "dispersion": full.dispersion,
            "deviance": full.deviance,
            "autocorrelation": full.autocorrelation,
        },
        "orders": {
            order: dict(zip(check.periods, zip(check.births, check.fitted, strict=True), strict=True))
            for order, check in found.order_checks.items()
        },
        "rolling": [
            {
                "years": step,
                **{name: found.trials.mape(name, step) for name in METHODS},
                "held": found.held.mape("model", step),
            }
            for step in range(1, found.steps + 1)
        ],
        "third_births": found.third_births,
    }


def _print(found: BirthStudy, words: Mapping[str, str], places: Mapping[str, str]) -> None:
    names = ("births", "term", "prior", "data", "posterior", "source")
    rows = [
        [
            words.get(f"effects.of.{scope}", places.get(scope, scope)),
            words.get(f"effects.term.{row.term}", row.term),
            _cell(row, row.prior),
            words["effects.silent"] if row.data is None else _cell(row, row.data),
            _cell(row, row.posterior),
            places.get(row.source, row.source),
        ]
        for scope, row in found.effects
    ]
    table([words[f"head.{name}"] for name in names], rows, right=(2, 3, 4))
    click.echo(words["effects.how"])
    if len(found.added) == len(("prior", "data", "posterior")):
        before, data, after = (_millions(item) for item in found.added)
        click.echo(words["effects.added"].format(prior=before, data=data, posterior=after))
    click.echo()
    _print_fit(found, words)


def _print_fit(found: BirthStudy, words: Mapping[str, str]) -> None:
    full, plain = found.checks
    heads = ("year", "births", "fitted", "fit_error", "no_policy_error")
    parts = zip(full.periods, full.births, full.fitted, full.errors, plain.errors, strict=True)
    rows = [
        [str(year), births, fitted, f"{error:+.1%}", f"{other:+.1%}"] for year, births, fitted, error, other in parts
    ]
    table([words[f"head.{name}"] for name in heads], rows, right=(0, 1, 2, 3, 4))
    click.echo(words["effects.freedom"].format(freedom=full.freedom, years=len(full.periods)))
    click.echo()
    _print_orders(found, words)
    heads = ("horizon", "model", "constant", "naive", "held")
    rows = [
        [
            str(step),
            *(f"{found.trials.mape(name, step):.1%}" for name in METHODS),
            f"{found.held.mape('model', step):.1%}",
        ]
        for step in range(1, found.steps + 1)
    ]
    table([words[f"head.{name}"] for name in heads], rows, right=(0, 1, 2, 3, 4))
    origins = found.trials.origins
    click.echo(words["effects.rolling"].format(first=origins[0], last=origins[-1]))
    third = found.third_births
    if third is not None:
        first, before, last, now = third
        key = "effects.third_fell" if now < before else "effects.third_rose"
        click.echo(words[key].format(first=first, before=before / 1e4, last=last, now=now / 1e4))


def _print_orders(found: BirthStudy, words: Mapping[str, str]) -> None:
    rows = [
        [words[f"effects.of.{order}"], str(year), births, fitted]
        for order, check in found.order_checks.items()
        for year, births, fitted in zip(check.periods, check.births, check.fitted, strict=True)
    ]
    if rows:
        table([words[f"head.{name}"] for name in ("births", "year", "counted", "fitted")], rows, right=(1, 2, 3))
        click.echo()


def _cell(row: Effect, item: Estimate) -> str:
    """Estimate and 95 % interval: percent of births, or an elasticity as it is.

    >>> from forecast.demography.birth_effects import Effect, Estimate
    >>> one = Estimate(0.0953, 0.0)
    >>> _cell(Effect("dragon", one, one, one, ""), one)
    '+10.0 % (+10.0 to +10.0)'
    """
    if not math.isfinite(item.sd):
        return "-"
    if row.term in RATIOS:
        return f"{item.mean:.2f} ({item.mean - 1.96 * item.sd:.2f} to {item.mean + 1.96 * item.sd:.2f})"
    middle, low, high = (100.0 * (value - 1.0) for value in item.factor)
    return f"{middle:+.1f} % ({low:+.1f} to {high:+.1f})"


def _millions(item: Estimate) -> str:
    ends = (item.mean, item.mean - 1.96 * item.sd, item.mean + 1.96 * item.sd)
    return "{:.2f} ({:.2f}-{:.2f})".format(*(value / 1e6 for value in ends))
