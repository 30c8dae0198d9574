"""How good the forecasts are: every set of areas with known outcomes in a folder, scored from rolling origins.

    python benchmarks/skill.py SETS [--only NAME ...] [--write docs/skill.md] [--coverage data/coverage.csv]

``SETS`` holds one folder a set; its tables are known by their columns:

    population*.parquet            year, area (or state, district), age (single years or 0, 5, 10 ..), [sex], pop
    pupils_by_year_group.parquet   year, area, nc_year, headcount; births.parquet beside it: area, geography, year, month
    enrolment_by_grade.parquet     year, district, grade, pupils

Another folder of the same layout is scored the same way. Shocks are sized on two sets and tested on others:
``--calibrate`` names the first, by default those of Norway and Taiwan where they are there.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.backtest.calibrate import Seen, calibrate
from forecast.backtest.folder import people_panel
from forecast.backtest.intervals import Spreads, spreads, together
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.pupils import PupilPanel, pupil_panel
from forecast.backtest.study import DRAWN, SET_RIGHT, AnyPanel, Study, rolled, study, verdicts
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import TYPICAL, Noise

CALIBRATE = ("norway-municipalities", "taiwan-townships")
SHOWN = (
    "no-change",
    "repeat-growth",
    "hamilton-perry",
    "hamilton-perry-shrunk",
    "progression-flat",
    "progression-births",
)
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
        panel = pupil_panel(home) or people_panel(home)
        if panel is None or len(panel.years) < 8:
            print(f"{home.name}: no yearly run of stocks or grades, left out")
        else:
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


def ratios(scores: pd.DataFrame) -> pd.DataFrame:
    """Geometric means over sets of people of the engine's WAPE against the best plain method and Hamilton-Perry."""
    whole = scores[scores["size"] == "all"].set_index(["set", "group", "horizon", "method"])["wape"].unstack("method")
    ours = whole["cohort-ratio"].dropna()
    plain = whole.loc[ours.index, [name for name in SHOWN if name in whole]].min(axis=1)
    table = pd.DataFrame({"best": ours / plain, "hp": ours / whole.loc[ours.index, "hamilton-perry"]})
    return np.exp(np.log(table).groupby(["group", "horizon"]).mean()).reset_index()


def people_tables(found: list[Study], scores: pd.DataFrame) -> list[str]:
    """WAPE of every method by set, and the ratios to reach."""
    lines = ["## People by age\n"]
    for item in found:
        if isinstance(item.panel, PeoplePanel):
            lines += [f"### {item.panel.name}\n", *wape_table(item, scores), ""]
    if not any(isinstance(item.panel, PeoplePanel) for item in found):
        return []
    means = ratios(scores).set_index(["group", "horizon"])
    lines += [
        "### Against the plain methods, all sets together\n",
        "Geometric mean over sets of the WAPE of `cohort-ratio`, against the best plain method of the very cell (known",
        "only in hindsight) and against Hamilton-Perry.\n",
        "| ages | years | against best plain | goal | against Hamilton-Perry | goal |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for (group, horizon), row in means.iterrows():
        if horizon in (5, 10):
            goals = [TARGETS.get((kind, group, horizon)) for kind in ("best", "hp")]
            cells = [
                f"{row[kind]:.2f} | {goal_told(row[kind], goal)}"
                for kind, goal in zip(("best", "hp"), goals, strict=True)
            ]
            lines.append(f"| {group} | {horizon} | {cells[0]} | {cells[1]} |")
    return [*lines, ""]


def goal_told(reached: float, goal: float | None) -> str:
    """The goal, and whether it was missed."""
    if goal is None:
        return ""
    return f"{goal:.2f}" if reached <= goal + 0.0005 else f"{goal:.2f} **missed** ({reached:.3f})"


def wape_table(item: Study, scores: pd.DataFrame) -> list[str]:
    """One line a group and horizon: errors of each method, the engine in bold where no plain one is better."""
    mine = scores[scores["set"] == item.panel.name]
    table = mine[mine["size"] == "all"].set_index(["group", "horizon", "method"])["wape"].unstack("method")
    large = mine[mine["size"] == ">=20k"].set_index(["group", "horizon", "method"])["mape"].unstack("method")
    bias = mine[(mine["size"] == "all") & (mine["method"] == item.engine)].set_index(["group", "horizon"])["bias"]
    plain = [name for name in SHOWN if name in table]
    methods = [*plain, item.engine, "ensemble", "chosen"]
    lines = [
        f"| group | years | {' | '.join(methods)} | bias of {item.engine} | MAPE of it, 20,000+ |",
        "|---|---:|" + "---:|" * (len(methods) + 2),
    ]
    for group in item.rolled.groups:
        for horizon in HORIZONS:
            if (group, horizon) in table.index and np.isfinite(table.loc[(group, horizon), item.engine]):
                row = table.loc[(group, horizon)]
                best = row[item.engine] <= row[plain].min() + 0.005
                cells = [
                    f"**{row[name]:.2f}**" if name == item.engine and best else f"{row[name]:.2f}" for name in methods
                ]
                some = large.loc[(group, horizon), item.engine] if (group, horizon) in large.index else np.nan
                last = "" if np.isnan(some) else f"{some:.2f}"
                lines.append(f"| {group} | {horizon} | {' | '.join(cells)} | {bias[group, horizon]:+.2f} | {last} |")
    return lines


def pupil_tables(found: list[Study], scores: pd.DataFrame) -> list[str]:
    """MAPE and bias of pupils by stage."""
    lines: list[str] = []
    for item in found:
        if not isinstance(item.panel, PupilPanel):
            continue
        mine = scores[(scores["set"] == item.panel.name) & (scores["size"] == "all")]
        table = mine.set_index(["group", "horizon", "method"])[["mape", "bias"]].unstack("method")
        names = [name for name in SHOWN if name in table["mape"]]
        lines += [
            f"### {item.panel.name}\n",
            f"MAPE over areas, percent.\n\n| stage | years | {' | '.join([*names, item.engine])} | bias of it |",
            "|---|---:|" + "---:|" * (len(names) + 2),
        ]
        for group in item.rolled.groups:
            for horizon in HORIZONS:
                if (group, horizon) in table.index and np.isfinite(table.loc[(group, horizon), ("mape", item.engine)]):
                    row = table.loc[(group, horizon)]
                    best = row["mape", item.engine] <= min(row["mape", name] for name in names) + 0.005
                    cells = [f"{row['mape', name]:.2f}" for name in names]
                    cells.append(f"**{row['mape', item.engine]:.2f}**" if best else f"{row['mape', item.engine]:.2f}")
                    lines.append(f"| {group} | {horizon} | {' | '.join(cells)} | {row['bias', item.engine]:+.2f} |")
        lines.append("")
    return ["## Pupils by stage\n", *lines] if lines else []


def coverage_tables(found: list[Study], names: list[str]) -> list[str]:
    """What the intervals covered, by class of horizons and by group."""
    lines = [
        "## Intervals\n",
        f"Shocks sized on {' and '.join(names)} alone. Percent of outcomes inside the 80 % interval: as drawn, and set right",
        "by the past origins of the set itself; 50 and 95 % intervals over all horizons.\n",
        "| set | sized on it | intervals | all | 1-3 | 4-6 | 7-10 | 11-15 | 50 % | 95 % | lowest and highest group |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for item in found:
        table = item.coverage()
        for kind in (DRAWN, SET_RIGHT):
            mine = table[table["intervals"] == kind].set_index(["group", "horizons", "nominal"])["covered"]
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
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"


def markdown(found: list[Study], noise: Noise, everywhere: Noise, names: list[str]) -> str:
    """The page: what was measured, between the words of the page as it is."""
    scores = pd.concat([item.scores() for item in found], ignore_index=True)
    lines = [
        f"Measured {dt.datetime.now(dt.UTC):%Y-%m-%d} at commit {commit()} by `benchmarks/skill.py`.\n",
        *people_tables(found, scores),
        *pupil_tables(found, scores),
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
        for row in table[table["intervals"] == SET_RIGHT].itertuples(index=False):
            told = (item.panel.name, " + ".join(names), row.group, row.horizons, row.nominal)
            rows.append((*told, f"{row.covered:.1f}", row.cases, "laoyou-backtest", "derived"))
    heads = ("set", "calibrated_on", "group", "horizons", "nominal", "covered", "cases", "source", "status")
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
    names = [panel.name for panel in sets if panel.name in options.calibrate] or ["what the program carries"]
    noise, everywhere = sized(sets, names), sized(sets, [panel.name for panel in sets])
    found = studied(sets, noise)
    text = markdown(found, noise, everywhere, names)
    print(text)
    for item in found:
        table = verdicts(item.scores(), item.engine)
        plain = table[table["use"] != item.engine]
        for row in plain.itertuples(index=False):
            print(
                f"{row.set}, {row.group}, {row.horizon} years: {row.use} did better "
                f"({row.best_plain_wape:.2f} against {row.wape:.2f}); use it there"
            )
    if options.write:
        into(options.write, text)
    if options.coverage:
        coverage_file(options.coverage, found, names)


if __name__ == "__main__":
    main()
