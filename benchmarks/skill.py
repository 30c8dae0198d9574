"""How good the forecasts are: every set of areas with known outcomes in a folder, scored from rolling origins.

    python benchmarks/skill.py SETS [--only NAME ...] [--write docs/skill.md] [--coverage data/coverage.csv]

``SETS`` holds one folder a set; its tables are known by their columns:

    population*.parquet            year, area (or state, district), age (single years or 0, 5, 10 ..), [sex], pop
    pupils_by_year_group.parquet   year, area, nc_year, headcount; beside it births.parquet
    enrolment_by_grade.parquet     year, district, grade, pupils

Another folder of the same layout is scored the same way. Shocks are sized on two sets and tested on others:
``--calibrate`` names the first, by default those of Norway and Taiwan where they are there.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import shutil
import subprocess
import time
from pathlib import Path

import pandas as pd

from benchmarks.skill_tables import (
    county_tables,
    coverage_tables,
    looked_up,
    noise_lines,
    people_tables,
    pupil_tables,
    small_tables,
)
from forecast.backtest.calibrate import Seen, calibrate
from forecast.backtest.censuses import counties
from forecast.backtest.folder import people_panel
from forecast.backtest.intervals import Spreads, spreads, together
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.pupils import pupil_panel
from forecast.backtest.rolling import roll
from forecast.backtest.small import CANDIDATES
from forecast.backtest.study import SET_RIGHT, AnyPanel, Study, rolled, study, verdicts
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import TYPICAL, Noise
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.run.hindsight import hindsight
from forecast.run.model import Desk, computed
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parents[1]
CALIBRATE = ("norway-municipalities", "taiwan-townships")

BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
TESTED = ("finland-regions", "england-pupils")
"""Sets whose coverage the bundled project tells: the sizes of the shocks did not see them."""


def panels(folder: Path, only: list[str]) -> list[AnyPanel]:
    """The panels of all sets that have one, in the order of their names."""
    found: list[AnyPanel] = []
    for home in sorted(path for path in folder.iterdir() if path.is_dir() and (not only or path.name in only)):
        try:
            panel = pupil_panel(home) or people_panel(home)
        except InputError as error:
            print(f"{home.name}: not scored\n{error}")
            continue
        if panel is None or len(panel.years) < 8:
            print(f"{home.name}: no yearly run of stocks or grades: no rolling origins")
            continue
        if panel.left_out:
            print(f"{home.name}: {len(panel.left_out)} areas not scored (cells missing, or too small)")
        found.append(panel)
    return found


def sized(sets: list[AnyPanel], names: list[str]) -> Noise:
    """Noise from the errors of some sets of people; what the program carries where none of them is there."""
    chosen = [panel for panel in sets if isinstance(panel, PeoplePanel) and panel.name in names]
    if not chosen:
        return TYPICAL
    return calibrate(CohortRatio(), [Seen(panel, rolled(panel, TYPICAL), "cohort-ratio") for panel in chosen])


def studied(sets: list[AnyPanel], noise: Noise) -> list[Study]:
    """Every panel, with the spreads of the other sets of its kind behind its own past."""
    seen: dict[str, dict[str, Spreads]] = {}
    for panel in sets:
        run = rolled(panel, noise)
        seen[panel.name] = {method: spreads(run, method) for method in run.forecasts}
    found = []
    for panel in sets:
        others = [seen[other.name] for other in sets if type(other) is type(panel) and other is not panel]
        priors = {method: together([item[method] for item in others]) for method in seen[panel.name]} if others else {}
        began = time.perf_counter()
        found.append(study(panel, noise, priors))
        print(
            f"{panel.name:<24}{len(panel.areas):>5} areas {panel.years[0]}-{panel.years[-1]}   "
            f"{time.perf_counter() - began:6.1f} s"
        )
    return found


def commit() -> str:
    """The commit that is checked out."""
    asked = subprocess.run(
        [shutil.which("git") or "git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def harbin_tables() -> list[str]:
    """The bundled project from its first census to its second."""
    overlay = load_scenario(ROOT, "baseline")
    models = load_models(ROOT, overlay)
    desk = Desk(read_tables(ROOT))
    past = hindsight(computed(desk, overlay, models), desk.frames)
    covered = past.covered()
    lines = [
        f"## The bundled project, {past.origin} to {past.target}\n",
        f"{len(past.areas)} districts and counties, told with what was known then; percent.\n",
        "| ages | method | MAPE | all areas together | worst area | 80 % interval covered |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in past.summary()[["group", "engine", "mape", "bias", "worst"]].itertuples(index=False, name=None):
        cell = f"{covered[row[0]]:.0f}" if row[1] == "cohort" else ""
        lines.append(f"| {row[0]} | {row[1]} | {row[2]:.2f} | {row[3]:+.2f} | {row[4]:.2f} | {cell} |")
    mean = sum(covered.values()) / len(covered)
    return [*lines, f"\nAll groups together, {mean:.0f} % of outcomes lay inside the 80 % interval.\n"]


def markdown(
    found: list[Study], counted: dict[str, pd.DataFrame], noise: Noise, everywhere: Noise, names: list[str]
) -> str:
    """The page: what was measured, between the words of the page as it is."""
    table = looked_up(pd.concat([item.scores() for item in found], ignore_index=True))
    lines = [
        f"Measured {dt.datetime.now(dt.UTC):%Y-%m-%d} at commit {commit()} by `benchmarks/skill.py`.\n",
        *people_tables(found, table),
        *small_tables([roll(item.panel, CANDIDATES) for item in found if isinstance(item.panel, PeoplePanel)]),
        *pupil_tables(found, table),
        *county_tables(counted),
        *harbin_tables(),
        *coverage_tables(found, names),
        "## Sizes of the shocks\n",
        f"Sized on {' and '.join(names)} (used for the coverage above):\n",
        "```text",
        *noise_lines(noise),
        "```\n",
        "Sized on all sets of people:\n",
        "```text",
        *noise_lines(everywhere),
        "```\n",
        "What the program carries (`TYPICAL` in `forecast/demography/noise.py`):\n",
        "```text",
        *noise_lines(TYPICAL),
        "```\n",
    ]
    return "\n".join(lines)


def into(page: Path, text: str) -> None:
    """Put the measured part between its marks; the words around it are written by hand."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8", newline="\n")


def coverage_file(path: Path, found: list[Study], names: list[str]) -> None:
    """The table ``coverage`` of the bundled project: sets that the sizes did not see."""
    rows = []
    for item in found:
        if item.panel.name in names or item.panel.name not in TESTED:
            continue
        table = item.coverage()
        wanted = table.loc[table["intervals"] == SET_RIGHT, ["group", "horizons", "nominal", "covered", "cases"]]
        for group, horizons, nominal, covered, cases in wanted.itertuples(index=False, name=None):
            told = (item.panel.name, " + ".join(names), group, horizons, nominal, f"{covered:.1f}", cases)
            rows.append((*told, "laoyou-backtest", "derived", "medium-high"))
    heads = (
        "set",
        "calibrated_on",
        "group",
        "horizons",
        "nominal",
        "covered",
        "cases",
        "source",
        "status",
        "confidence",
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)


def main() -> None:
    """Score, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--calibrate", nargs="*", default=list(CALIBRATE))
    parser.add_argument("--write", type=Path, help="page whose measured part is written anew")
    parser.add_argument("--coverage", type=Path, help="table of the bundled project to write anew")
    options = parser.parse_args()
    sets = panels(options.sets, options.only)
    if not sets:
        parser.error(f"{options.sets} holds no set that can be scored")
    names = [panel.name for panel in sets if panel.name in options.calibrate] or ["what the program carries"]
    noise, everywhere = sized(sets, names), sized(sets, [panel.name for panel in sets])
    found = studied(sets, noise)
    homes = sorted(path for path in options.sets.iterdir() if path.is_dir())
    tables = {path.name: frame for path in homes if (frame := counties(path)) is not None}
    text = markdown(found, tables, noise, everywhere, names)
    print(text)
    for item in found:
        table = verdicts(item.scores(), item.engine)
        plain = table[table["use"] != item.engine]
        heads = ["set", "group", "horizon", "use", "best_plain_error", "error"]
        for name, group, horizon, use, theirs, ours in plain[heads].itertuples(index=False, name=None):
            print(f"{name}, {group}, {horizon} years: {use} did better ({theirs:.2f} against {ours:.2f}); use it there")
    if options.write:
        into(options.write, text)
    if options.coverage:
        coverage_file(options.coverage, found, names)


if __name__ == "__main__":
    main()
