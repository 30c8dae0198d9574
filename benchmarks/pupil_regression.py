"""A regression beside grade progression: do areas' features tell what its ratios will miss?

    python benchmarks/pupil_regression.py SETS

Log misses of the engine at every past launch are regressed on what was known there: size of the area and its change,
what the engine missed in the last year (in the grade, and in all grades of the area), how far the cohort is larger than
usual, births behind the next entrants beside those of the last years, what the youngest grades gain by moves, recent
against settled ratios. Housing and urban share, which planners would add, are in neither set. Ridge, or gradient
boosting; entrants to come and pupils at school apart. Only differences between areas are learnt: what all areas miss in
a year rests on too few years.

The strength is chosen in time order: fitted to outcomes up to the year before the launch, scored on the launch's own;
none at all (no correction) is among the candidates. Then it is fitted to all outcomes known. The cautious ones must
have gained in each of the last three years, and half of what they say is believed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from forecast.axes import Floats
from forecast.backtest.methods import Method
from forecast.backtest.pupils import PUPIL_METHODS, ByGrade, PupilPanel, pupil_panel
from forecast.backtest.rolling import Rolled, roll
from forecast.backtest.scores import point_scores
from forecast.services.pupils.progression import FittedProgression, GradeProgression
from forecast.services.pupils.pupils import Pupils
from forecast.services.pupils.unrest import misses

SETS = ("england-pupils", "ct-school-enrolment")
HORIZONS = (1, 3, 5)
BEFORE = 3
LEAST = 2
"""School years that a past launch needs."""
FADE = 0.8
"""A miss of year k ahead is taken to be 1 + 0.8 + .. times that of the first."""
FURTHEST = 0.2
"""Log misses beyond this are single schools; they count as this."""
RIDGES = (1e1, 1e2, 1e3, 1e4, 1e5)
TREES = (10, 30, 100)
WINS = 0.99
"""Mean ratio of WAPE below which it would have stayed in the program."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Rows to learn from: features (case, feature), log misses a step, weights, outcome year and its label."""

    known: Floats
    missed: Floats
    weight: Floats
    year: Floats

    @property
    def features(self) -> int:
        """How many."""
        return int(self.known.shape[1])

    def before(self, year: int) -> Cases:
        """Cases whose outcome came before a year."""
        kept = self.year < year
        return Cases(self.known[kept], self.missed[kept], self.weight[kept], self.year[kept])

    def of(self, year: int) -> Cases:
        """Cases whose outcome came in a year."""
        kept = self.year == year
        return Cases(self.known[kept], self.missed[kept], self.weight[kept], self.year[kept])


Learner = Callable[[float], Any]


def ridge(strength: float) -> Any:
    """Ridge on standardised features, through the origin: cases are differences between areas."""
    return make_pipeline(StandardScaler(with_mean=False), Ridge(strength, fit_intercept=False))


def boosted(trees: float) -> Any:
    """Shallow trees, each of a small step."""
    return HistGradientBoostingRegressor(
        max_iter=int(trees), learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=40, early_stopping=False
    )


@dataclass(frozen=True, slots=True)
class ProgressionRegressed:
    """Grade progression times what a regression says its ratios will miss.

    learner     makes a regression from a strength;  strengths  those to choose from, in time order
    trials      last years in each of which a strength must gain;  part  of what it says that is believed
    """

    learner: Learner = ridge
    strengths: tuple[float, ...] = RIDGES
    trials: int = 1
    part: float = 1.0

    def fit(self, pupils: Pupils) -> FittedRegressed:
        """Two school years are needed; with fewer than four nothing is corrected."""
        fitted = GradeProgression().fit(pupils)
        launches = range(pupils.first + LEAST - 1, pupils.launch)
        found = [self._cases(pupils, launch) for launch in launches]
        models = [self._chosen(_joined([part[kind] for part in found]), pupils.launch) for kind in (0, 1)]
        return FittedRegressed(self, fitted, models[0], models[1])

    def _cases(self, pupils: Pupils, launch: int) -> tuple[Cases, Cases]:
        """What a past launch missed: entrants to come, and pupils at school."""
        fitted = GradeProgression().fit(pupils.until(launch))
        features = known(fitted)
        forecast = fitted.predict(pupils.launch - launch)
        parts: tuple[list[Cases], list[Cases]] = ([], [])
        for ahead in range(1, pupils.launch - launch + 1):
            came = pupils.pupils[launch + ahead - pupils.first]
            for grade in range(came.shape[1]):
                expected = forecast[ahead - 1, :, grade]
                fine = (expected > 0) & (came[:, grade] > 0)
                if fine.any():
                    logs = np.log(came[fine, grade] / expected[fine])
                    rows = features[fine, max(grade - ahead, 0)]
                    parts[grade >= ahead].append(_beside(rows, logs, expected[fine], ahead, launch + ahead))
        return _joined(parts[0]), _joined(parts[1])

    def _chosen(self, cases: Cases, launch: int) -> Any:
        """A regression of the strength that gained most in the least of the last years; None where none gained."""
        years = range(launch - self.trials + 1, launch + 1)
        trials = [(cases.before(year), cases.of(year)) for year in years]
        trials = [(past, last) for past, last in trials if len(last.missed) and len(past.missed) >= 2 * past.features]
        gains = {
            strength: min(self._gain(strength, past, last) for past, last in trials)
            for strength in (self.strengths if trials else ())
        }
        best = max(gains, key=gains.__getitem__, default=None)
        return None if best is None or gains[best] <= 0 else _fitted(self.learner(best), cases)

    def _gain(self, strength: float, past: Cases, last: Cases) -> float:
        said = self.part * _fitted(self.learner(strength), past).predict(last.known)
        left = (last.weight * (last.missed - said) ** 2).sum()
        return float(1.0 - left / (last.weight * last.missed**2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class FittedRegressed:
    """Grade progression and two regressions, of entrants to come and of pupils at school; None corrects nothing."""

    engine: ProgressionRegressed
    fitted: FittedProgression
    entering: Any
    inside: Any

    def predict(self, years: int) -> Floats:
        """Pupils (year, area, grade)."""
        people = self.fitted.predict(years).copy()
        features = known(self.fitted)
        for ahead in range(1, years + 1):
            for grade in range(people.shape[2]):
                model = self.entering if grade < ahead else self.inside
                if model is None:
                    continue
                x, weight = features[:, max(grade - ahead, 0)], people[ahead - 1, :, grade]
                if weight.sum() > 0:
                    x = x - np.average(x, axis=0, weights=weight)
                    said = self.engine.part * model.predict(_steps(ahead) * x)
                    people[ahead - 1, :, grade] *= np.exp(np.clip(said, -FURTHEST, FURTHEST))
        return people


def known(fitted: FittedProgression) -> Floats:
    """Features of each cohort at the launch (area, grade, feature)."""
    history = fitted.history
    counts = history.filled()
    areas, grades = fitted.launch.shape
    total = counts.sum(axis=2)
    size = np.log(np.maximum(total[-1], 1.0))
    change = size - np.log(np.maximum(total[max(-4, -len(total))], 1.0))
    logs, people = misses(fitted)
    last = np.nan_to_num(logs[-1]) if len(logs) else np.zeros((areas, grades))
    weight = people[-1] if len(people) else np.ones((areas, grades))
    last = np.clip(last, -FURTHEST, FURTHEST)
    whole = (weight * last).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    usual = np.log(np.maximum(counts[-3:].mean(axis=0), 1.0))
    larger = np.clip(np.log(np.maximum(fitted.launch, 1.0)) - usual, -0.3, 0.3)
    bases = [np.maximum(fitted.entrants.base(history.launch + step), 1.0) for step in (-2, -1, 0, 1)]
    births = np.log(bases[-1] / np.mean(bases[:3], axis=0))
    both = (fitted.near > 0) & (fitted.far > 0)
    near, far = (np.log(np.where(both, ratio, 1.0)) for ratio in (fitted.near, fitted.far))
    wide = [np.repeat(column[:, None], grades, axis=1) for column in (size, change, whole, births, fitted.moving)]
    rows = [*wide, last, larger, np.clip(near - far, -FURTHEST, FURTHEST)]
    return np.stack(rows, axis=-1)


def _beside(rows: Floats, logs: Floats, weight: Floats, ahead: int, year: int) -> Cases:
    """Cases of one grade and year, each beside the mean of all areas."""
    missed = np.clip(logs - np.average(logs, weights=weight), -FURTHEST, FURTHEST)
    rows = rows - np.average(rows, axis=0, weights=weight)
    return Cases(_steps(ahead) * rows, missed, weight, np.full(len(logs), float(year)))


def _steps(ahead: int) -> float:
    return float(sum(FADE**step for step in range(ahead)))


def _fitted(model: Any, cases: Cases) -> Any:
    name = "ridge__sample_weight" if hasattr(model, "steps") else "sample_weight"
    return model.fit(cases.known, cases.missed, **{name: cases.weight / cases.weight.mean()})


def _joined(parts: Sequence[Cases]) -> Cases:
    """All parts as one; without any, none of one feature."""
    full = [part for part in parts if len(part.missed)]
    if not full:
        return Cases(np.zeros((0, 1)), np.zeros(0), np.zeros(0), np.zeros(0))
    return Cases(*(np.concatenate([getattr(part, name) for part in full]) for name in Cases.__slots__))


ENGINES = {
    "ridge": ProgressionRegressed(),
    "boosting": ProgressionRegressed(boosted, TREES),
    "cautious ridge": ProgressionRegressed(trials=3, part=0.5),
    "cautious boosting": ProgressionRegressed(boosted, TREES, trials=3, part=0.5),
}


def cells(rolled: Rolled) -> Iterator[tuple[str, int, dict[str, dict[str, float]]]]:
    """Group, horizon and the scores of every method."""
    for number, group in enumerate(rolled.groups):
        for horizon in HORIZONS:
            place = rolled.horizons.index(horizon)
            came = rolled.actual[:, place, number]
            yield group, horizon, {m: point_scores(f[:, place, number], came) for m, f in rolled.forecasts.items()}


def told(panel: PupilPanel) -> dict[str, float]:
    """Print the table of a set; geometric mean of each regression's WAPE against the engine's."""
    methods: dict[str, Method] = {"progression": PUPIL_METHODS["progression"]}
    methods |= {name: ByGrade(one) for name, one in ENGINES.items()}
    rolled = roll(panel, methods, before=BEFORE)
    print(f"\n{panel.name}: WAPE and MAPE, percent\n\n| stage | years | {' | '.join(methods)} |")
    print("|---|---:|" + "---:|" * len(methods))
    logs: dict[str, list[float]] = {name: [] for name in ENGINES}
    for group, horizon, found in cells(rolled):
        row = " | ".join(f"{found[name]['wape']:.2f}, {found[name]['mape']:.2f}" for name in methods)
        print(f"| {group} | {horizon} | {row} |")
        for name, ratios in logs.items():
            ratios.append(np.log(found[name]["wape"] / found["progression"]["wape"]))
    return {name: float(np.exp(np.mean(ratios))) for name, ratios in logs.items()}


def main() -> None:
    """Both sets, and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, help="folder with one folder a set")
    options = parser.parse_args()
    panels = [panel for name in SETS if (panel := pupil_panel(options.sets / name)) is not None]
    ratios = [told(panel) for panel in panels]
    print("\nWAPE against grade progression, geometric mean over stages and 1, 3 and 5 years:")
    for name in ENGINES:
        each = [found[name] for found in ratios]
        mean = float(np.exp(np.mean(np.log(each))))
        text = ", ".join(f"{panel.name} {value:.3f}" for panel, value in zip(panels, each, strict=True))
        print(f"{name}: {text}; both {mean:.3f}: {'wins' if mean < WINS and max(each) <= 1.0 else 'loses'}")


if __name__ == "__main__":
    main()
