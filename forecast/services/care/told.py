"""What elder care tells of itself: parameters that were solved, what local counts replaced, and sources of figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.project.eldercare import SETTINGS, EldercareSpec, Odds
from forecast.services.care.fit import CareFit
from forecast.services.care.local import LocalMix
from forecast.services.care.own import NeedMix
from forecast.services.care.rows import FILE, FROM_AGE
from forecast.services.care.settings import COMMUNITY_NAMES, HOMES
from forecast.services.facts import Fact
from forecast.services.norms import Norm

Told = tuple[str, str, float, str, str, str, str]
"""File, key, value, unit, status, source, reason."""
Row = tuple[str, float, str, str, str, str]
INSIDE = ("institution", "ordinary", "nursing-type", "severe", "other", "self-caring")
"""Parts that are of homes alone."""


def told(spec: EldercareSpec, fit: CareFit) -> list[Told]:
    """Parameters that were solved or scaled, and those of the model file that stand in no assumption of their own."""
    return [(FILE, *row) for row in (*_solved(spec, fit), *_below(fit), *_odds(spec, fit), *_stated(spec))]


def _solved(spec: EldercareSpec, fit: CareFit) -> Iterator[Row]:
    need, year = fit.need, spec.institution.year
    yield "need scale", need.scale, "ratio", need.status, need.source, need.told
    if need.severe_share == need.severe_share:
        yield "severe share", need.severe_share, "share", need.status, need.source, "of those in need"
    why = f"of the log, residents of homes by people's need, from {spec.institution.earlier} to {year}"
    yield "use of homes", 100.0 * fit.path.yearly, "% a year", "derived", fit.residents.source, why


def _below(fit: CareFit) -> Iterator[Row]:
    """What places below the nation count themselves."""
    for code, item in fit.local.items():
        yield f"use of homes of {code}", item.factor, "ratio", "derived", item.fact.source, item.told
    for code, own in fit.own.items():
        why = f"over the nation's rates, mean of ages from {FROM_AGE} on; {own.told}"
        yield f"need of {code}", _mean(own.all) / max(_mean(fit.need.all), 1e-300), "ratio", own.status, own.source, why


def _mean(rates: Floats) -> float:
    return float(rates[:, FROM_AGE:].mean())


def _odds(spec: EldercareSpec, fit: CareFit) -> Iterator[Row]:
    residents, choice, year = fit.residents.source, fit.choice, spec.institution.year
    for place, setting in enumerate(SETTINGS):
        value = float(choice.odds[1, -1, place])
        if place >= HOMES.start:
            known, of = ("derived", residents), "users"
        else:
            users = spec.settings[COMMUNITY_NAMES[place]].users
            known, of = (users.status, users.source), "assumed users"
        why = f"against family care, {choice.levels[1]} need, solved from {of} of {year}"
        yield f"odds of {setting}", value, "odds", *known, why
    none = float(choice.odds[0, -1, -1] / max(choice.odds[1, -1, -1], 1e-300))
    yield "odds of homes without need", none, "ratio", "derived", residents, f"over {choice.levels[1]}"
    for key, odds in _relative_odds(spec).items():
        for level, value in odds.model_dump(exclude={"status", "source", "why"}, exclude_none=True).items():
            if value != 1.0 and not (level == "none" and key.startswith("homes.") and fit.in_need is not None):
                yield f"{key}.{level}", value, "ratio of odds", odds.status, odds.source, odds.why


def _relative_odds(spec: EldercareSpec) -> Mapping[str, Odds]:
    """Odds as the model states them, by key."""
    found = {f"settings.{name}.odds": item.odds for name, item in spec.settings.items()}
    return found | {f"homes.{name}": item for name, item in spec.homes.items()}


def _stated(spec: EldercareSpec) -> Iterator[Row]:
    hours = spec.carers.hours
    for level, value in hours.model_dump(exclude={"status", "source", "why"}).items():
        yield f"carers.hours.{level}", value, "hours a week", hours.status, hours.source, hours.why
    for where, named in (("price", spec.price), ("pattern.price", spec.pattern.price)):
        for name, item in named.items():
            yield f"{where}.{name} from {item.first}", item.factor, "ratio", item.status, item.source, item.why


def overruled(spec: EldercareSpec, fit: CareFit) -> tuple[Override, ...]:
    """What counts of places below the nation replaced: residents of homes, and the mean rate of need (law 7)."""
    found = [
        Override(code, item.year, spec.institution.residents, item.computed, item.fact.value, item.told)
        for code, item in fit.local.items()
    ]
    year = spec.institution.year
    found += [
        Override(code, year, "share in need, mean of ages", _mean(fit.need.all), _mean(own.all), own.told)
        for code, own in fit.own.items()
    ]
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Rests:
    """What figures rest on: rates of need, the nation's count of residents, local ones, standards."""

    spec: EldercareSpec
    needs: NeedMix
    residents: Fact
    here: LocalMix
    norm: Mapping[str, Norm]


def source_of(on: Rests, measure: str, part: str) -> str:
    """Ids of the sources of a figure, joined by "; "."""
    need = [table.dementia_source if part == "dementia" else table.source for table in on.needs.tables]
    if measure == "people":
        return "cohort-component"
    if measure == "need":
        return _joined("cohort-component", *need)
    if measure == "floor":
        return on.norm["floor." + part.removeprefix("standard-")].source
    if part.startswith("pattern-"):
        return on.norm["pattern.beside." + part.removeprefix("pattern-")].source
    if part.endswith("-policy"):
        return _joined(on.norm["pattern.institution"].source, on.spec.pattern.source)
    return _joined(*need, *_of_use(on, measure, part))


def _joined(*sources: str) -> str:
    """Each id once; a source may be several already."""
    return "; ".join(dict.fromkeys(name for source in sources for name in source.split("; ") if name))


def _of_use(on: Rests, measure: str, part: str) -> Iterator[str]:
    """What users, and what is made of them, rest on beside need."""
    spec, inside = on.spec, part in INSIDE or measure == "beds"
    if inside or (measure in ("users", "carers") and part in ("all", "family")):
        yield on.residents.source
        yield from (item.fact.source for item in on.here.counts if item is not None)
    if not inside:
        of_measure = {"meals": ("meals",), "hours": ("home",), "carers": ("home", "day-care")}
        named = (part,) if part in spec.settings else of_measure.get(measure, COMMUNITY_NAMES)
        yield from (spec.settings[name].users.source for name in COMMUNITY_NAMES if name in named)
    yield from _of_making(on, measure, part)


def _of_making(on: Rests, measure: str, part: str) -> Iterator[str]:
    """What turns users into places, meals, hours and carers."""
    spec = on.spec
    if measure == "beds":
        yield spec.institution.occupancy.source
    if measure == "meals":
        yield spec.meals.source
    if measure in ("places", "carers") and part in ("day-care", "all"):
        yield spec.day_care.days.source
    if measure == "hours" or (measure == "carers" and part in ("home", "all")):
        yield spec.carers.hours.source
    if measure == "carers" and part != "home":
        yield from (on.norm[f"carers.{name}"].source for name in ("severe", "other", "none"))
