"""What ``forecast moves`` tells of two censuses: net migration between them, and who is no migrant but held apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
import numpy as np

from forecast.axes import AGE, FEMALE, MALE, SEX, Floats
from forecast.cli.factors import find_area
from forecast.cli.options import Settings
from forecast.cli.show import as_json, in_years, table, texts
from forecast.demography.diagnosis import Finding
from forecast.demography.ground import Ground
from forecast.project.load import load_models, load_scenario, some_scenarios
from forecast.project.spec import Models
from forecast.run.inputs import Area, Frames, areas_of
from forecast.run.model import Desk
from forecast.run.movement_study import ESTIMATORS, HeldApart, Past, age_names, found, held_apart, past
from forecast.tables.project_tables import read_tables

FIGURES = ("net", "men", "women_only", "per_100")


@dataclass(frozen=True, slots=True)
class _Base:
    """The tables, the models of the first scenario, the ground under them, the areas and their city."""

    frames: Frames
    models: Models
    ground: Ground
    areas: tuple[Area, ...]
    city: Area

    @classmethod
    def read(cls, settings: Settings) -> _Base:
        project = settings.home()
        models = load_models(project, load_scenario(project, some_scenarios(project)[0]))
        frames = read_tables(project)
        known = areas_of(frames)
        ground = Desk(frames).ground(models)
        areas = tuple(known[code] for code in ground.evidence.areas)
        return cls(frames, models, ground, areas, known[models.project.project.city])

    @property
    def years(self) -> tuple[int, int]:
        """Of the censuses."""
        first, second = self.ground.evidence.censuses
        return first.date.year, second.date.year


def print_past(settings: Settings, asked: str | None, method: str) -> None:
    """Net migration between the censuses: a row an area, or for one area a row an age group."""
    base = _Base.read(settings)
    area = None if asked is None else find_area((*base.areas, base.city), asked)
    moved = past(base.ground, next(item for item in ESTIMATORS if item == method))
    if settings.json:
        as_json(_content(moved, base, area))
        return
    if settings.quiet:
        print_names(base.areas if area is None or area == base.city else (area,), settings.lang)
        return
    words = texts(settings.lang)
    settings.say(words[f"moves.method.{method}"].format(first=base.years[0], second=base.years[1]))
    settings.say(words["moves.children"])
    if area is None:
        _print_areas(moved, base, settings.lang)
    else:
        _print_ages(moved, base, area, settings.lang)


def print_names(areas: Sequence[Area], lang: str) -> None:
    """Codes and names alone, as --quiet wants results."""
    for place in areas:
        click.echo(f"{place.code} {_name(place, lang)}")


def _content(moved: Past, base: _Base, area: Area | None) -> dict[str, object]:
    wanted = base.areas if area is None or area == base.city else (area,)
    rows = [
        {"area": place.code, "name_zh": place.name_zh, "name_en": place.name_en}
        | {"net": net.sum(), "apart": list(moved.apart[:, base.areas.index(place)])}
        | {"male": list(net[MALE]), "female": list(net[FEMALE])}
        for place, net in ((place, moved.net[base.areas.index(place)]) for place in wanted)
    ]
    return {"method": moved.method, "years": list(base.years), "ages": list(age_names()), "areas": rows}


def _print_areas(moved: Past, base: _Base, lang: str) -> None:
    words, by_sex, people = texts(lang), moved.whole.sum(axis=AGE), moved.people.sum(axis=(SEX, AGE))
    heads = [words[f"head.{name}"].format(year=base.years[1]) for name in ("area", "name", *FIGURES)]
    heads += [words["head.apart"].format(year=year) for year in base.years]
    parts = zip(base.areas, by_sex, people, moved.apart.T, strict=True)
    rows = [_row(place, lang, net, here, apart) for place, net, here, apart in parts]
    rows.append(_row(base.city, lang, by_sex.sum(axis=0), people.sum(), moved.apart.sum(axis=1)))
    table(heads, rows, right=range(2, len(heads)))


def _row(place: Area, lang: str, net: Floats, people: float, apart: Floats) -> list[object]:
    return [place.code, _name(place, lang), *_figures(net, people), *np.rint(apart)]


def _figures(net: Floats, people: float) -> list[str]:
    """Both sexes, men, women (sex,), and both per hundred people."""
    share = f"{100.0 * net.sum() / people:+.1f}" if people > 0 else ""
    return [_signed(net.sum()), _signed(net[MALE]), _signed(net[FEMALE]), share]


def _print_ages(moved: Past, base: _Base, area: Area, lang: str) -> None:
    words = texts(lang)
    here = list(range(len(base.areas))) if area == base.city else [base.areas.index(area)]
    net, people = moved.whole[here].sum(axis=0), moved.people[here].sum(axis=0)
    click.echo(f"{_name(area, lang)} ({area.code}), {base.years[0]}-{base.years[1]}, {moved.method}")
    parts = zip((in_years(name, lang) for name in age_names()), net.T, people.sum(axis=0), strict=True)
    rows = [[name, *_figures(both, alive)] for name, both, alive in parts]
    heads = [words[f"head.{name}"].format(year=base.years[1]) for name in ("ages", *FIGURES)]
    whole = [words["moves.all"], *_figures(net.sum(axis=AGE), people.sum())]
    table(heads, [*rows, whole], right=range(1, len(heads)))


def print_held_apart(settings: Settings) -> None:
    """What is a campus, a barrack or an institution beside what the model holds apart; then what is migration."""
    base = _Base.read(settings)
    campus = base.models.movement.students.campus
    places, findings = held_apart(base.frames, base.ground, campus), found(base.frames, base.ground.evidence)
    moved = [one for one in findings if one.kind == "migration"]
    if settings.json:
        as_json({"years": list(base.years), "held_apart": places, "findings": findings, "campus": list(campus)})
        return
    if settings.quiet:
        print_names([area for area in base.areas if area.code in {place.area for place in places}], settings.lang)
        return
    names = {area.code: _name(area, settings.lang) for area in base.areas}
    if places:
        _print_places(places, base.years, names, settings.lang)
        click.echo()
    if moved:
        _print_migration(moved, names, settings.lang)
    click.echo()
    for line in differences(places, base.years, names, settings.lang):
        click.echo(line)


def _print_places(places: Sequence[HeldApart], years: tuple[int, int], names: Mapping[str, str], lang: str) -> None:
    words = texts(lang)
    heads = [words[f"head.{name}"] for name in ("area", "name", "kind", "ages")]
    heads += [words[f"head.{name}"].format(year=year) for name in ("found_in", "apart") for year in years]
    heads += [words["head.outside"].format(year=years[1]), words["head.listed"]]
    rows = [
        [
            place.area,
            names[place.area],
            words[f"moves.kind.{place.kind}"] if place.kind else "-",
            _ages(place.ages, lang) if place.ages else "",
            *(round(value) if place.kind else "" for value in place.persons),
            *(round(value) for value in place.model),
            None if place.outside is None else round(place.outside),
            words["moves.yes" if place.listed else "moves.no"],
        ]
        for place in places
    ]
    table(heads, rows, right=range(4, 9))


def _print_migration(moved: Sequence[Finding], names: Mapping[str, str], lang: str) -> None:
    """One row an area, a column a cohort; earlier waves share the column of their ages."""
    words = texts(lang)
    ages = sorted({one.ages for one in moved})
    cells: dict[str, dict[tuple[int, int], float]] = {}
    for one in moved:
        cells.setdefault(one.area, {})[one.ages] = one.persons
    rows = [
        [area, names[area], *(_signed(here[group]) if group in here else "" for group in ages)]
        for area, here in cells.items()
    ]
    heads = [
        words["head.area"],
        words["head.name"],
        *(words["head.net_of"].format(ages=_ages(group, lang)) for group in ages),
    ]
    table(heads, rows, right=range(2, len(heads)))


def differences(places: Sequence[HeldApart], years: tuple[int, int], names: Mapping[str, str], lang: str) -> list[str]:
    """In words: what the censuses show and models/movement.toml does not name, the other way round, and what agrees."""
    words, lines = texts(lang), []
    for place in places:
        key = _difference(place)
        if key:
            lines.append(
                words[f"moves.differs.{key}"].format(
                    area=names[place.area],
                    code=place.area,
                    kind=words[f"moves.kind.{place.kind}"] if place.kind else "",
                    ages=_ages(place.ages, lang) if place.ages else "",
                    before=place.persons[0],
                    persons=place.persons[1],
                    model=place.model[1],
                    first=years[0],
                    second=years[1],
                )
            )
    agreed = [names[place.area] for place in places if place.kind == "campus" and place.listed]
    if agreed:
        lines.insert(0, words["moves.agrees"].format(areas=words["list.comma"].join(agreed)))
    return lines or [words["moves.nothing"]]


def _difference(place: HeldApart) -> str:
    """The key of what is to be said of a place; empty where model and censuses agree."""
    if not place.kind:
        return "not_found"
    if place.kind == "campus" and not place.listed:
        return "new" if place.persons[0] == 0.0 else "not_listed"
    return "not_counted" if place.kind != "campus" and not place.model[1] else ""


def _ages(ages: tuple[int, int], lang: str) -> str:
    """First age and the one before which a group ends, in words; an end at the last age is open.

    >>> _ages((15, 25), "en"), _ages((60, 111), "zh")
    ('15-24', '60岁及以上')
    """
    return in_years(f"{ages[0]}+" if ages[1] > 100 else f"{ages[0]}-{ages[1] - 1}", lang)


def _name(area: Area, lang: str) -> str:
    return area.name_zh if lang == "zh" else area.name_en


def _signed(value: float) -> str:
    return f"{value:+,.0f}"
