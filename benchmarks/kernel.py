"""Time the projection step: compiled against numpy, few against many areas, one against two threads, in one run.

    python benchmarks/kernel.py [--years 30] [--repeat 5]

A cell is one sex and age of one area and year. Figures are the best of the repeats, wall time; the sides are
first compared bit by bit.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, FERTILE, Floats
from forecast.kernels.step import Engine, Projection, project, room

AREAS = (18, 2844)
SIDES: tuple[tuple[str, Engine, int], ...] = (
    ("numpy", "numpy", 1),
    ("numba, 1 thread", "numba", 1),
    ("numba, 2 threads", "numba", 2),
)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Made rates: survival, fertility and migration rates of every area, the same in every year."""

    start: Floats
    survival: Floats
    fertility: Floats
    boys: Floats
    migrants: Floats

    @classmethod
    def of(cls, areas: int) -> Case:
        """Draw a case with a fixed seed."""
        draw = np.random.default_rng(1)
        fertility = np.zeros((1, areas, AGES))
        fertility[..., FERTILE.start : FERTILE.stop] = draw.uniform(0.0, 0.1, (1, areas, len(FERTILE)))
        return cls(
            start=draw.uniform(0.0, 1000.0, (areas, 2, AGES)),
            survival=draw.uniform(0.9, 1.0, (1, areas, 2, AGES)),
            fertility=fertility,
            boys=draw.uniform(0.5, 0.53, (1, areas)),
            migrants=draw.uniform(-0.02, 0.02, (1, areas, 2, AGES)),
        )

    def run(self, years: int, engine: Engine, threads: int, into: Projection) -> Projection:
        """Project into a prepared room, migration as rates."""
        rates = (self.survival, self.fertility, self.boys, self.migrants)
        return project(self.start, *rates, years=years, rates=True, engine=engine, threads=threads, into=into)


def main() -> None:
    """Print one line for each size, side and kind of output."""
    parser = argparse.ArgumentParser(description="Time the projection step.")
    parser.add_argument("--years", type=int, default=30)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(f"{'areas':>6} {'output':<18} {'side':<18} {'ms':>9} {'ns/cell':>8} {'x numpy':>8}")
    for areas in AREAS:
        case = Case.of(areas)
        for events in (False, True):
            show(case, areas, options.years, options.repeat, events)


def show(case: Case, areas: int, years: int, repeat: int, events: bool) -> None:
    """Measure the sides in turn, so that a busy machine troubles all alike."""
    into = room(years, areas, AGES, events)
    first = case.run(years, "numpy", 1, into).people.copy()
    assert first.tobytes() == case.run(years, "numba", 2, into).people.tobytes()
    best = dict.fromkeys((name for name, _, _ in SIDES), np.inf)
    for _ in range(repeat):
        for name, engine, threads in SIDES:
            began = time.perf_counter()
            case.run(years, engine, threads, into)
            best[name] = min(best[name], time.perf_counter() - began)
    output = "people and events" if events else "people"
    for name, seconds in best.items():
        cell = 1e9 * seconds / (years * areas * 2 * AGES)
        print(f"{areas:>6} {output:<18} {name:<18} {1e3 * seconds:>9.2f} {cell:>8.2f} {best['numpy'] / seconds:>8.1f}")


if __name__ == "__main__":
    main()
