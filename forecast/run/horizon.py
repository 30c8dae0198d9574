"""How far a run must reach: services are measured in years that their models and tables name."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.errors import InputError
from forecast.project.spec import Models
from forecast.services.facts import Facts


def check_horizon(models: Models, facts: Facts) -> None:
    """``InputError`` where the horizon lies before a year in which a service is measured."""
    horizon = models.project.time.horizon
    late = [(year, why) for year, why in _measured(models, facts) if year > horizon]
    if late:
        year, why = max(late)
        what = f"{year} or later: {why}"
        way_out = "take a later horizon; years beyond those of interest need not be shown (time.show)"
        raise InputError.one("models/project.toml, key time.horizon", what, str(horizon), way_out)


def _measured(models: Models, facts: Facts) -> Iterator[tuple[int, str]]:
    """The first year to which a run must reach for each service, and what is measured then."""
    head, launch = models.project.project, models.project.time.census.year
    care = models.eldercare
    for key, year in care.need.years.items():
        yield year, f"models/eldercare.toml, key {key}, measures the need of that year's people"
    yield care.institution.year, "models/eldercare.toml, key institution.year, measures residents of that year"
    use = models.nursery.take_up.use
    known = [year for area, year, *what in facts.supply if area == head.nation and what == ["nursery", use]]
    if known:
        yield min(known), f"{use} of data/**/supply is of that year"
    for stage in (*models.kindergarten.stage, *models.school.stage):
        years = [
            year
            for code in (head.province, head.nation)
            for area, year, name in facts.enrolment
            if area == code and name == stage.enrolment[0] and year >= launch
            if all((code, year, other) in facts.enrolment for other in stage.enrolment)
        ]
        if years:
            yield min(years), f"enrolment of {' and '.join(stage.enrolment)} in data/**/enrolment begins in that year"
