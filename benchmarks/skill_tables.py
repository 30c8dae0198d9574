"""The tables of ``docs/skill.md``: what was measured, as lines of a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.backtest.panel import CLASSES, PeoplePanel
from forecast.backtest.pupils import PupilPanel
from forecast.backtest.rolling import Rolled
from forecast.backtest.small import CANDIDATES, of_size, small_table, standings, to_use
from forecast.backtest.study import DRAWN, SET_RIGHT, Study
from forecast.demography.noise import Noise

SHOWN = ("no-change", "repeat-growth", "hamilton-perry", "hamilton-perry-shrunk")
GROWN = SHOWN[1:]
"""Plain methods that say how many people there will be."""
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
    ("best", "all", 10): 1.00,
    ("hp", "all", 10): 1.00,
}
"""Ratios of WAPE to reach: against the best plain method of a set in hindsight, or against Hamilton-Perry."""
OLD_GOAL = 0.70
"""WAPE of the old at ten years against Hamilton-Perry's, in every set."""


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
    return [*lines, "", *set_tables(people, table)]


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


def set_tables(people: list[Study], table: Table) -> list[str]:
    """The old against Hamilton-Perry, and everybody against both plain methods, ten years ahead, set by set."""
    lines = [
        "### Ten years ahead, set by set\n",
        "The old: WAPE of `cohort-ratio` against that of Hamilton-Perry, goal at most 0.70 in every set. Everybody:",
        "WAPE, goal below Hamilton-Perry (shrunk too) and below repeated growth.\n",
        f"| set | 65+ | 80+ | everybody | {' | '.join(GROWN)} | goals |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for item in people:
        name = item.panel.name
        if (name, "all", item.engine, "all", 10) not in table:
            continue
        old = [ratio([item], table, group, 10, "hp") for group in ("65+", "80+")]
        ours = table[name, "all", item.engine, "all", 10]["wape"]
        plain = [table[name, "all", method, "all", 10]["wape"] for method in GROWN]
        missed = [group for group, value in zip(("65+", "80+"), old, strict=True) if value > OLD_GOAL]
        missed += ["everybody"] if ours >= min(plain) else []
        told = f"**missed**: {', '.join(missed)}" if missed else "met"
        cells = " | ".join(f"{value:.2f}" for value in (*old, ours, *plain))
        lines.append(f"| {name} | {cells} | {told} |")
    return [*lines, ""]


def small_tables(found: Sequence[Rolled]) -> list[str]:
    """Small areas: each method and strength of shrinkage, what errors speak for, and the same by size class."""
    small = [rolled for one in found if (rolled := of_size(one)) is not None]
    if len(small) < 2:
        return []
    lines = [
        "## Areas below 5,000 people\n",
        "The number behind a method is its prior in persons. *Against HP*: geometric mean over age groups of WAPE",
        "against plain Hamilton-Perry's. Bold: the method that the other set's errors speak for. *Chosen*: what the",
        "set's own past speaks for, origin by origin and group by group; `cohort-ratio 100` until it does clearly.\n",
    ]
    table = small_table(small)
    for rolled in small:
        for horizon in sorted(set(table["horizon"])):
            mine = table[(table["set"] == rolled.name) & (table["horizon"] == horizon)]
            lines += [
                f"### {rolled.name}, {horizon} years\n",
                f"| method | against HP | {' | '.join(rolled.groups)} |",
                "|---|---:|" + "---:|" * len(rolled.groups),
            ]
            for row in mine.to_dict("records"):
                name = f"**{row['method']}**" if row["used"] else row["method"]
                cells = " | ".join(f"{row[group]:.2f}" for group in rolled.groups)
                lines.append(f"| {name} | {row['relative']:.2f} | {cells} |")
            lines.append("")
    uses = [f"`{to_use(small, horizon)}` at {horizon} years" for horizon in sorted(set(table["horizon"]))]
    lines += [f"What all sets together speak for below 5,000 people: {' and '.join(uses)}.\n", *size_lines(found)]
    return lines


def size_lines(found: Sequence[Rolled]) -> list[str]:
    """Each method against Hamilton-Perry by size class."""
    lines = [
        "### By size class\n",
        "Error against Hamilton-Perry's, as above.\n",
        f"| set | years | people | {' | '.join(CANDIDATES)} |",
        "|---|---:|---|" + "---:|" * len(CANDIDATES),
    ]
    for one in found:
        if of_size(one) is None:
            continue
        for horizon in (5, 10):
            for size in CLASSES:
                part = of_size(one, size)
                if part is not None:
                    against = standings(part, horizon)
                    best = min(against.values())
                    cells = [f"**{value:.2f}**" if value == best else f"{value:.2f}" for value in against.values()]
                    lines.append(f"| {one.name} | {horizon} | {size} | {' | '.join(cells)} |")
    return [*lines, ""]


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


def county_tables(counted: dict[str, pd.DataFrame]) -> list[str]:
    """Sets of two censuses."""
    lines: list[str] = []
    for name, frame in counted.items():
        lines += [
            f"## {name}, ten years, two censuses only\n",
            "*No change* was possible in the first year. The others know what other counties turned out to have: all",
            "those of other provinces, or four fifths of those of the same one. *Told by county*: ridge regressions on",
            "what the first census knew of a county. *Told*: by how much squared log errors are smaller than with the",
            "ratios of other provinces, in percent.\n",
            "| ages | method | MAPE | WAPE | bias | told | areas |",
            "|---|---|---:|---:|---:|---:|---:|",
        ]
        heads = ["group", "method", "mape", "wape", "bias", "told", "cases"]
        for group, method, mape, wape, bias, told, cases in frame[heads].itertuples(index=False, name=None):
            share = f"{told:.0f}" if told > 0 else ""
            lines.append(f"| {group} | {method} | {mape:.2f} | {wape:.2f} | {bias:+.2f} | {share} | {cases} |")
        lines.append("")
    return lines


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
