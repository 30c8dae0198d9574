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

import numpy as np
import pandas as pd

from forecast.backtest.calibrate import Seen, calibrate
from forecast.backtest.censuses import counties
from forecast.backtest.folder import people_panel
from forecast.backtest.intervals import Spreads, spreads, together
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.pupils import PupilPanel, pupil_panel
from forecast.backtest.study import DRAWN, SET_RIGHT, AnyPanel, Study, rolled, study, verdicts
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import TYPICAL, Noise
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.run.hindsight import hindsight
from forecast.run.model import Desk, computed
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parents[1]
CALIBRATE = ("norway-municipalities", "taiwan-townships")
SHOWN = ("no-change", "repeat-growth", "hamilton-perry", "hamilton-perry-shrunk")
Table = dict[tuple[str, str, str, str, int], dict[str, float]]
"""Scores by set, size class, method, group and horizon."""
HORIZONS = (1, 3, 5, 7, 10)
TARGETS: dict[tuple[str, str, int], float] = {
    ("best", "3-5", 5): 0.72,
    ("best", "3-5", 10): 1.05,
    ("best", "0-4", 5): 0.95,
    ("best", "0-4", 10): 1.05,
    ("hp", "0-4", 5): 0.75,
    ("hp", "0-4", 10): 0.80,
    ("hp", "3-5", 5): 0.67,
    ("hp", "3-5", 10): 0.70,
    ("best", "6-11", 5): 0.95,
    ("best", "6-11", 10): 0.80,
    ("hp", "65+", 5): 0.60,
    ("hp", "65+", 10): 0.50,
    ("hp", "80+", 5): 0.55,
    ("hp", "80+", 10): 0.42,
}
"""Ratios of WAPE to reach: against the best plain method of a set in hindsight, or against Hamilton-Perry."""

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


def looked_up(scores: pd.DataFrame) -> Table:
    """Scores by set, size class, method, group and horizon."""
    heads = ["set", "size", "method", "group", "horizon"]
    measures = ["wape", "mape", "bias"]
    rows = scores[[*heads, *measures]].itertuples(index=False, name=None)
    return {row[:5]: dict(zip(measures, map(float, row[5:]), strict=True)) for row in rows}


def people_tables(found: list[Study], table: Table) -> list[str]:
    """WAPE of every method by set, and the ratios to reach."""
    people = [item for item in found if isinstance(item.panel, PeoplePanel)]
    if not people:
        return []
    lines = ["## People by age\n"]
    for item in people:
        lines += [f"### {item.panel.name}\n", *wape_table(item, table), ""]
    lines += [
        "### Against the plain methods, all sets together\n",
        "Geometric mean over sets of the WAPE of `cohort-ratio`, against the best plain method of the very cell (known",
        "only in hindsight) and against Hamilton-Perry.\n",
        "| ages | years | against best plain | goal | against Hamilton-Perry | goal |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for group in dict.fromkeys(group for item in people for group in item.rolled.groups):
        for horizon in (5, 10):
            best, hp = (ratio(people, table, group, horizon, kind) for kind in ("best", "hp"))
            if np.isfinite(best):
                goals = [
                    goal_told(value, TARGETS.get((kind, group, horizon)))
                    for kind, value in (("best", best), ("hp", hp))
                ]
                lines.append(f"| {group} | {horizon} | {best:.2f} | {goals[0]} | {hp:.2f} | {goals[1]} |")
    return [*lines, ""]


def ratio(people: list[Study], table: Table, group: str, horizon: int, kind: str) -> float:
    """Geometric mean over sets of the engine's WAPE against the best plain method, or Hamilton-Perry."""
    logs = []
    for item in people:
        here = {name: table.get((item.panel.name, "all", name, group, horizon)) for name in (*SHOWN, item.engine)}
        ours = here.pop(item.engine)
        plain = {name: row["wape"] for name, row in here.items() if row is not None}
        if ours is not None and plain and np.isfinite(ours["wape"]):
            logs.append(np.log(ours["wape"] / (min(plain.values()) if kind == "best" else plain["hamilton-perry"])))
    return float(np.exp(np.mean(logs))) if logs else float("nan")


def goal_told(reached: float, goal: float | None) -> str:
    """The goal, and whether it was missed."""
    if goal is None:
        return ""
    return f"{goal:.2f}" if reached <= goal + 0.0005 else f"{goal:.2f} **missed** ({reached:.3f})"


def wape_table(item: Study, table: Table) -> list[str]:
    """One line a group and horizon: errors of each method, the engine in bold where no plain one is better."""
    name = item.panel.name
    plain = [method for method in item.methods if method != item.engine]
    methods = [*plain, item.engine, "ensemble", "chosen"]
    lines = [
        f"| group | years | {' | '.join(methods)} | bias of {item.engine} | MAPE of it, 20,000+ |",
        "|---|---:|" + "---:|" * (len(methods) + 2),
    ]
    for group in item.rolled.groups:
        for horizon in HORIZONS:
            rows = {method: table.get((name, "all", method, group, horizon)) for method in methods}
            wape = {method: row["wape"] for method, row in rows.items() if row is not None}
            if item.engine in wape:
                best = wape[item.engine] <= min(wape[method] for method in plain) + 0.005
                cells = [
                    f"**{wape[one]:.2f}**" if one == item.engine and best else f"{wape[one]:.2f}" for one in methods
                ]
                large = table.get((name, ">=20k", item.engine, group, horizon), {}).get("mape", np.nan)
                last = "" if np.isnan(large) else f"{large:.2f}"
                bias = table[name, "all", item.engine, group, horizon]["bias"]
                lines.append(f"| {group} | {horizon} | {' | '.join(cells)} | {bias:+.2f} | {last} |")
    return lines


def pupil_tables(found: list[Study], table: Table) -> list[str]:
    """MAPE and bias of pupils by stage."""
    lines: list[str] = []
    for item in found:
        if not isinstance(item.panel, PupilPanel):
            continue
        name, plain = item.panel.name, [method for method in item.methods if method != item.engine]
        lines += [
            f"### {name}\n",
            f"MAPE over areas, percent.\n\n| stage | years | {' | '.join([*plain, item.engine])} | bias of it |",
            "|---|---:|" + "---:|" * (len(plain) + 2),
        ]
        for group in item.rolled.groups:
            for horizon in HORIZONS:
                rows = {method: table.get((name, "all", method, group, horizon)) for method in (*plain, item.engine)}
                mape = {method: row["mape"] for method, row in rows.items() if row is not None}
                if item.engine in mape:
                    ours, best = mape[item.engine], min(mape[method] for method in plain)
                    cells = [f"{mape[method]:.2f}" for method in plain]
                    cells.append(f"**{ours:.2f}**" if ours <= best + 0.005 else f"{ours:.2f}")
                    bias = table[name, "all", item.engine, group, horizon]["bias"]
                    lines.append(f"| {group} | {horizon} | {' | '.join(cells)} | {bias:+.2f} |")
        lines.append("")
    return ["## Pupils by stage\n", *lines] if lines else []


def coverage_tables(found: list[Study], names: list[str]) -> list[str]:
    """What the intervals covered, by class of horizons and by group."""
    lines = [
        "## Intervals\n",
        f"Shocks sized on {' and '.join(names)} alone. Percent of outcomes inside the 80 % interval: as drawn, and",
        "set right by the past origins of the set itself; 50 and 95 % intervals over all horizons.\n",
        "| set | sized on it | intervals | all | 1-3 | 4-6 | 7-10 | 11-15 | 50 % | 95 % | lowest and highest group |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for item in found:
        table = item.coverage()
        for kind in (DRAWN, SET_RIGHT):
            some = table.loc[table["intervals"] == kind, ["group", "horizons", "nominal", "covered"]]
            mine = {row[:3]: float(row[3]) for row in some.itertuples(index=False, name=None)}
            cells = [mine.get(("all", horizons, 80), np.nan) for horizons in ("all", "1-3", "4-6", "7-10", "11-15")]
            cells += [mine.get(("all", "all", level), np.nan) for level in (50, 95)]
            groups = {group: mine[group, "all", 80] for group in item.rolled.groups}
            low, high = min(groups, key=groups.__getitem__), max(groups, key=groups.__getitem__)
            text = " | ".join("" if np.isnan(cell) else f"{cell:.0f}" for cell in cells)
            ends = f"{low} {groups[low]:.0f}, {high} {groups[high]:.0f}"
            inside = "yes" if item.panel.name in names else "no"
            lines.append(f"| {item.panel.name} | {inside} | {kind} | {text} | {ends} |")
    return [*lines, ""]


def noise_lines(noise: Noise) -> list[str]:
    """All sizes."""
    lines = []
    for name in ("births", "deaths", "moves"):
        for part in ("shared", "own"):
            wave = getattr(getattr(noise, name), part)
            lines.append(f"{name:<7}{part:<7} sd {wave.sd:.4f}  kept {wave.kept:.2f}  run {wave.run:.2f}")
    return [*lines, f"chance {noise.chance:.3f}  freedom {noise.freedom:.0f}  pace {noise.pace:.4f}"]


def commit() -> str:
    """The commit that is checked out."""
    asked = subprocess.run(
        [shutil.which("git") or "git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def county_tables(counted: dict[str, pd.DataFrame]) -> list[str]:
    """Sets of two censuses."""
    lines: list[str] = []
    for name, frame in counted.items():
        lines += [f"### {name}, ten years, two censuses only\n", "| ages | method | MAPE | WAPE | bias | areas |"]
        lines.append("|---|---|---:|---:|---:|---:|")
        for row in frame[["group", "method", "mape", "wape", "bias", "cases"]].itertuples(index=False, name=None):
            lines.append(f"| {row[0]} | {row[1]} | {row[2]:.2f} | {row[3]:.2f} | {row[4]:+.2f} | {row[5]} |")
        lines.append("")
    return lines


def harbin_tables() -> list[str]:
    """The bundled project from its first census to its second."""
    overlay = load_scenario(ROOT, "baseline")
    models = load_models(ROOT, overlay)
    desk = Desk(read_tables(ROOT))
    past = hindsight(computed(desk, overlay, models), desk.frames)
    covered = past.covered()
    lines = [
        f"### The bundled project, {past.origin} to {past.target}\n",
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
        *pupil_tables(found, table),
        *county_tables(counted),
        *harbin_tables(),
        *coverage_tables(found, names),
        "## Sizes of the shocks\n",
        f"Sized on {' and '.join(names)} (used for the coverage above):\n",
        "```text",
        *noise_lines(noise),
        "```\n",
        "Sized on all sets of people (what the program carries):\n",
        "```text",
        *noise_lines(everywhere),
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
