"""Pupils beside the goals, beside plain progression, and beside what authorities themselves achieve; and how sure.

    python benchmarks/pupil_accuracy.py SETS

SETS holds england-pupils and ct-school-enrolment, the sets of people that shocks are sized on, and baselines.csv, whose
plain progression the engine must beat in every cell. In Connecticut that one projects districts without grade 8 to
nothing, so the same engine without that fault stands beside it (``repaired``).
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.skill import CALIBRATE, panels, sized
from forecast.axes import Floats
from forecast.backtest.bands import by_trajectories, recalibrated
from forecast.backtest.methods import Method
from forecast.backtest.pupils import PUPIL_METHODS, ByGrade, GradeSampler, PupilPanel
from forecast.backtest.rolling import Rolled, roll
from forecast.backtest.scores import covered, point_scores
from forecast.demography.noise import TYPICAL, Noise
from forecast.services.pupils import unrest as pupil_unrest
from forecast.services.pupils.progression import GradeProgression
from forecast.services.school.chains import progressed

HORIZONS = (1, 3, 5, 7)
TOLD = (1, 3, 5)
BEFORE = 3
RECENT = 3
"""School years whose entrants tell how many of the births become children of entry age."""
LARGE = 20_000
PUBLISHED = {"england-pupils": "progression_births", "ct-school-enrolment": "grade_progression"}
REPAIRED = ByGrade(
    GradeProgression(
        recent=(1.0, 1.0, 1.0),
        settled=(1.0, 1.0, 1.0),
        give=0.0,
        entry_give=0.0,
        drift=0.0,
        prior=0.0,
        tolerance=np.inf,
        wild=np.inf,
        trend=0.0,
        share=1,
    )
)
"""Means of three ratios, entrants from births or repeated, grades without a feeder carried on."""
LEARNT = 2018
"""Parameters are chosen by outcomes up to this year, scored by later ones."""
DRIFTS, GIVES = (0.0, 0.075, 0.15, 0.225), (0.0, 0.075, 0.1, 0.125)


def at(rolled: Rolled, group: str, horizon: int) -> tuple[slice, int, int]:
    """Place of a group and a horizon."""
    return slice(None), rolled.horizons.index(horizon), rolled.groups.index(group)


def cells(rolled: Rolled) -> list[tuple[str, int]]:
    """Groups and horizons that have outcomes."""
    every = itertools.product(rolled.groups, HORIZONS)
    return [
        (group, horizon) for group, horizon in every if np.isfinite(rolled.actual[at(rolled, group, horizon)]).any()
    ]


def accuracy(panel: PupilPanel, published: pd.DataFrame) -> None:
    """Every cell beside the published plain progression and the repaired one."""
    methods: dict[str, Method] = {"progression": PUPIL_METHODS["progression"], "repaired": REPAIRED}
    rolled = roll(panel, methods, before=BEFORE)
    large = rolled.sizes >= LARGE
    mine = published[(published["dataset"] == panel.name) & (published["method"] == PUBLISHED[panel.name])]
    theirs = {(row["group"], row["horizon"]): row for row in mine.to_dict("records")}
    print(f"\n### {panel.name}: percent\n")
    print("| stage | years | MAPE | 20,000+ | published | repaired | WAPE | published | repaired | bias | 20,000+ |")
    print("|---|---:|" + "---:|" * 9)
    lost = []
    for group, horizon in cells(rolled):
        place = at(rolled, group, horizon)
        came = rolled.actual[place]
        ours, plain = (point_scores(rolled.forecasts[name][place], came) for name in methods)
        big = point_scores(rolled.forecasts["progression"][place], np.where(large, came, np.nan))
        other = theirs[group, horizon]
        row = [ours["mape"], big["mape"], other["MAPE"], plain["mape"], ours["wape"], other["WAPE"], plain["wape"]]
        text = " | ".join(f"{value:.2f}" for value in row)
        print(f"| {group} | {horizon} | {text} | {ours['bias']:+.2f} | {big['bias']:+.2f} |")
        better = ours["mape"] < min(other["MAPE"], plain["mape"]) and ours["wape"] < min(other["WAPE"], plain["wape"])
        lost += [] if better else [f"{group} {horizon}"]
    print(f"\nNot better than both: {', '.join(lost) or 'no cell'}.")


@dataclass(frozen=True, slots=True)
class AsInRuns:
    """As pupils are forecast in a project: the children of entry age of every year ahead stand behind the entry.

    England's panel has no children by age: births times what entered of them on average in the last three years stand
    for them, a year's survival and moves being as far known as a forecast of people would know them at the launch.
    """

    def __call__(self, panel: PupilPanel, origin: int, years: range) -> Floats:
        """Stages (year, group, area)."""
        known = panel.pupils.until(origin)
        entrants = GradeProgression().fit(known).entrants
        first = next(year for year in known.years if entrants.reaches(year))
        base = np.stack([entrants.base(year) for year in range(first, origin + len(years) + 1)])
        recent = range(origin - RECENT + 1, origin + 1)
        entered = sum(known.pupils[year - known.first, :, 0] for year in recent)
        born = sum(base[year - first] for year in recent)
        children = dataclasses.replace(known, births=base * entered / born, births_first=first, lag=0.0)
        return panel.grouped(progressed(children, len(years), GradeProgression()))


def as_in_runs(panel: PupilPanel) -> None:
    """The lag version, which is scored everywhere else, beside the one that runs use."""
    methods: dict[str, Method] = {"births": PUPIL_METHODS["progression"], "children": AsInRuns()}
    rolled = roll(panel, methods, before=BEFORE)
    print(
        f"\n{panel.name}: births {panel.pupils.lag:.2f} years before, or children of entry age as in runs; MAPE, bias\n"
    )
    print("| stage | years | births | children | births | children |\n|---|---:|---:|---:|---:|---:|")
    for group, horizon in itertools.product(rolled.groups, TOLD):
        place = at(rolled, group, horizon)
        found = [point_scores(rolled.forecasts[name][place], rolled.actual[place]) for name in methods]
        sizes = " | ".join(f"{one['mape']:.2f}" for one in found)
        biases = " | ".join(f"{one['bias']:+.2f}" for one in found)
        print(f"| {group} | {horizon} | {sizes} | {biases} |")


def launches(panel: PupilPanel, group: str) -> None:
    """One year ahead, launch by launch: the error, and what is left of it without what all areas shared."""
    rolled = roll(panel, {"progression": PUPIL_METHODS["progression"]}, before=BEFORE)
    logs = rolled.logs("progression")[at(rolled, group, 1)]
    shared = np.median(logs, axis=1, keepdims=True)
    print(f"\n{group}, one year ahead, MAPE by launch; all areas' middle miss; MAPE beside it\n")
    print(f"| {' | '.join(map(str, rolled.origins))} | all |\n|" + "---:|" * (len(rolled.origins) + 1))
    for value in (np.abs(logs).mean(axis=1), shared[:, 0], np.abs(logs - shared).mean(axis=1)):
        print(f"| {' | '.join(f'{100 * one:.2f}' for one in value)} | {100 * np.abs(value).mean():.2f} |")


def choice(panel: PupilPanel) -> None:
    """The two parameters of the entry: chosen by early outcomes, scored by late ones."""
    pairs = list(itertools.product(DRIFTS, GIVES))
    methods: dict[str, Method] = {
        f"{drift} {give}": ByGrade(GradeProgression(drift=drift, entry_give=give)) for drift, give in pairs
    }
    rolled = roll(panel, methods, before=BEFORE)
    still = f"{DRIFTS[0]} {GIVES[1]}"  # what 0.3 of births in excess was before, over four years
    early, late = ({name: _relative(rolled, name, still, late) for name in methods} for late in (False, True))
    best = min(early, key=early.__getitem__)
    kept = f"{GradeProgression().drift} {GradeProgression().entry_give}"
    print(f"\nMean WAPE of reception and primary against drift {still}: outcomes to {LEARNT}, and after\n")
    print("| drift and give | early | late |\n|---|---:|---:|")
    for name in methods:
        mark = " (best early)" if name == best else " (kept)" if name == kept else ""
        print(f"| {name}{mark} | {early[name]:.3f} | {late[name]:.3f} |")


def _relative(rolled: Rolled, name: str, base: str, late: bool) -> float:
    logs = []
    for group, horizon in itertools.product(("reception", "primary"), HORIZONS):
        place = at(rolled, group, horizon)
        kept = (np.array(rolled.origins) + horizon > LEARNT) == late
        came = rolled.actual[place][kept]
        if np.isfinite(came).any():
            ours, theirs = (point_scores(rolled.forecasts[one][place][kept], came)["wape"] for one in (name, base))
            logs.append(np.log(ours / theirs))
    return float(np.exp(np.mean(logs)))


def coverage(panel: PupilPanel, noise: Noise, told: str) -> None:
    """What 80 % intervals covered, by stage and horizon, as drawn and set right; 50 and 95 % over all."""
    rolled = roll(panel, {"progression": PUPIL_METHODS["progression"]}, before=BEFORE)
    drawn = by_trajectories(rolled, panel, GradeSampler(noise))
    print(f"\n{panel.name}, 80 % intervals at {', '.join(map(str, TOLD))} years, {told}\n")
    print(f"| | {' | '.join(rolled.groups)} | all | 50 % | 95 % |\n|---|" + "---:|" * (len(rolled.groups) + 3))
    for kind, band in (("as drawn", drawn), ("set right", recalibrated(rolled, drawn))):
        row = []
        for group in rolled.groups:
            places = [at(rolled, group, horizon) for horizon in TOLD]
            low, high = band.ends[80]
            row.append([covered(low[place], high[place], rolled.actual[place]) for place in places])
        every = [_at_once(band.ends[80], rolled.actual, rolled.horizons.index(horizon)) for horizon in TOLD]
        others = [covered(*band.ends[level], rolled.actual) for level in (50, 95)]
        text = [" / ".join(f"{value:.0f}" for value in values) for values in (*row, every)]
        print(f"| {kind} | {' | '.join(text)} | {' | '.join(f'{value:.0f}' for value in others)} |")


def _at_once(ends: tuple[Floats, Floats], actual: Floats, horizon: int) -> float:
    return covered(ends[0][:, horizon], ends[1][:, horizon], actual[:, horizon])


def authorities(folder: Path, panel: PupilPanel) -> None:
    """The authorities' own errors beside ours: other target years, and theirs hold housing and local judgement."""
    table = pd.read_parquet(folder / "official_la_forecast_accuracy.parquet")
    local = table[table["geographic_level"].astype(str).str.lower().str.startswith("local")]
    rolled = roll(panel, {"progression": PUPIL_METHODS["progression"]}, before=BEFORE)
    targets = [origin + horizon for origin in rolled.origins for horizon in (1, 3) if origin + horizon in panel.years]
    years = sorted(set(local["Year"].astype(str)))
    print(f"\nAuthorities' own ({', '.join(years)}) beside ours ({min(targets)} to {max(targets)}), percent\n")
    print("| stage | years | whose | cases | MAPE | median | bias |\n|---|---:|---|---:|---:|---:|---:|")
    for (stage, letter), horizon in itertools.product((("primary", "P"), ("secondary", "S")), (1, 3)):
        theirs = 100.0 * pd.to_numeric(local[f"For_{horizon}_{letter}"], errors="coerce").dropna().to_numpy(np.float64)
        ours = 100.0 * rolled.errors("progression")[at(rolled, stage, horizon)]
        for whose, errors in (("authorities", theirs), ("progression", ours[np.isfinite(ours)])):
            sizes = np.abs(errors)
            print(
                f"| {stage} | {horizon} | {whose} | {len(errors)} | {sizes.mean():.2f} | {np.median(sizes):.2f} "
                f"| {errors.mean():+.2f} |"
            )


def main(given: Sequence[str] | None = None) -> None:
    """All tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, help="folder with one folder a set")
    options = parser.parse_args(given)
    found = panels(options.sets, [*PUBLISHED, *CALIBRATE])
    pupils = [panel for panel in found if isinstance(panel, PupilPanel)]
    published = pd.read_csv(options.sets / "baselines.csv")
    noise = sized(found, list(CALIBRATE))
    for panel in pupils:
        accuracy(panel, published)
        coverage(panel, noise, f"sized on {' and '.join(CALIBRATE)}")
        coverage(panel, TYPICAL, "as the program carries them")
    for kept in (0.8, 0.98):
        pupil_unrest.KEPT, before = kept, pupil_unrest.KEPT
        for panel in pupils:
            coverage(panel, noise, f"with {kept} of an area's own news left a year later")
        pupil_unrest.KEPT = before
    for panel in pupils:
        if panel.name == "england-pupils":
            as_in_runs(panel)
            launches(panel, "primary")
            choice(panel)
            authorities(options.sets / panel.name, panel)


if __name__ == "__main__":
    main()
