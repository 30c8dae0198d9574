"""Counts on record beside the run's own figures in the report: how near they are, and why they differ."""

from __future__ import annotations

from forecast.report.material import Material
from forecast.report.opened import frame
from forecast.report.say import Sheet, counted
from forecast.report.texts import Texts

TABLE = "known"
COLUMNS = ["area", "area_level", "year", "service", "measure", "counted", "computed", "ratio", "reason", "status"]


def checked(material: Material, words: Texts) -> Sheet | None:
    """One row for each count; None where the run has none within its years."""
    run = material.run
    if not (run.folder / f"{TABLE}.parquet").is_file():
        return None
    table = frame(run, TABLE, COLUMNS, where=[("scenario", "=", run.scenario)])
    if table.empty:
        return None
    named = {place.code: place.name(words.lang) for place in material.summary.places}
    rows = []
    for area, level, year, service, measure, *figures, reason, status in table.astype(str).itertuples(index=False):
        what = f"{words.label('service', service)}, {words.label('known', measure)}"
        on_record, computed, ratio = map(float, figures)
        told = (counted(on_record), counted(computed), f"{ratio:.2f}", words(f"known.reason.{reason}"))
        where = named.get(area) or words.label("level", level)
        rows.append((f"{where}, {year}", what, *told, words.label("status", status)))
    heads = ("where", "what", "counted", "computed", "ratio", "reason", "status")
    return Sheet(tuple(words(f"known.{name}") for name in heads), tuple(rows), words("known.caption"))
