"""The report: one self-contained page a language, beside the tables of a run; nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from forecast.report import checked, controlled, hindsight, movement, overview, policies, registered, sure, trust
from forecast.report.charts import charts
from forecast.report.material import Material, gathered
from forecast.report.opened import first_scenario
from forecast.report.say import key_sheet
from forecast.report.texts import LANGUAGES, Texts, texts

NAMES: Mapping[str, str] = {"zh": "report.html", "en": "report.en.html"}


def write_report(folder: Path, lang: str = "zh", scenario: str = "") -> Path:
    """Write the report in both languages into the folder of a run; returns the page in ``lang``.

    scenario  the one to show; by default ``baseline``, or the first one of a run that has no baseline
    Raises ``InputError`` for a language, folder, scenario or table that is not there.
    """
    words = texts(lang)
    material = gathered(folder, scenario or first_scenario(folder))
    for name in LANGUAGES:
        (folder / NAMES[name]).write_text(page(material, texts(name)), encoding="utf-8", newline="\n")
    return folder / NAMES[words.lang]


@cache
def template() -> Template:
    """The page, with everything from data escaped."""
    return Environment(
        loader=PackageLoader("forecast.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("template.html")


def page(material: Material, words: Texts) -> str:
    """The report in one language."""
    return template().render(content(material, words))


def content(material: Material, words: Texts) -> dict[str, Any]:
    """What the template is filled with."""
    summary, run = material.summary, material.run
    years = (summary.now_year, summary.show, summary.middle)
    errors = hindsight.errors(material.scores)
    sized = words("area.between") if summary.trajectories else ""
    city = summary.places[-1]
    areas = [
        {
            "code": place.code,
            "name": place.name(words.lang),
            "level": words.label("level", place.level),
            "key": key_sheet(
                summary.of(place.code), years, words, words("area.caption", area=place.name(words.lang)) + sized
            ),
            "charts": charts(material, column, words),
        }
        for column, place in enumerate(summary.places)
    ]
    return {
        "t": words,
        "lang": words.lang,
        "other": next(name for lang, name in NAMES.items() if lang != words.lang),
        "city": city.name(words.lang),
        "run": summary.run,
        "version": run.manifest["versions"]["laoyou"],
        "scenario": run.title(words.lang),
        "why": run.why(words.lang),
        "summary": summary,
        "cards": overview.cards(material, words),
        "heat": overview.heat(material, words),
        "areas": [areas[-1], *areas[:-1]],
        "scenarios": overview.scenarios(material, words),
        "whys": overview.whys(material, words),
        "changed": policies.changed(material, words),
        "movement": movement.moved(material, words),
        "controlled": controlled.controlled(material, words),
        "registered": registered.registered(material, words),
        "assumptions": trust.assumptions(material, words),
        "checked": checked.checked(material, words),
        "recalled": [row.name for row in trust.assumptions(material, words) if row.status == "recalled"],
        "intervals": summary.trajectories > 0,
        "sure": sure.sure(material, words),
        "scored": hindsight.chart(errors, words),
        "told": hindsight.told(errors, words),
        "supply": trust.supply(material, words),
        "sources": trust.sources(material, words),
    }
