"""Time many trajectories of many areas, each case in a process of its own, so that its peak of memory is its own.

    python benchmarks/trajectories.py [--threads 2] [--full] [--peer PYTHON]

``W1``  18 areas x 1,000 trajectories x 30 years: noise and kernel, compiled and in numpy
``W1 parity``  the same with births by the number of children women have, every cell kept
``W2``  2,844 areas x 200 trajectories x 30 years: noise, kernel and quantiles of the ages of the services, block by
        block (``--full``: 1,000 trajectories)
peer    one area, two sexes, ages 0-80, 50 years without noise: ours against the demographic projection of
        ``leapfrog-py`` (https://github.com/hivtools/leapfrog), which the interpreter ``--peer`` has installed; both
        give the same people

A cell is one sex and age of one area, year and trajectory. CPU seconds are those of all threads; the first call, which
loads the compiled code, is made before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from forecast.axes import AGES, FERTILE, Floats
from forecast.demography.noise import TYPICAL, Draws, Onset, Shared
from forecast.kernels.parity import ORDERS, progress
from forecast.kernels.paths import Course, Shocks, blocks, sums
from forecast.kernels.quantiles import summarise
from forecast.kernels.step import project
from forecast.kernels.twins import Engine

YEARS, SEED, BLOCK = 30, 1, 4
SERVICES = ((0, 3), (3, 6), (6, 12), (12, 15), (15, 18), (60, AGES), (65, AGES), (80, AGES))
PARTS = ("noise", "kernel", "quantiles")
PROBS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
CASES: dict[str, tuple[int, int, Engine, bool]] = {
    "W1": (18, 1000, "numba", False),
    "W1 numpy": (18, 1000, "numpy", False),
    "W1 parity": (18, 1000, "numba", False),
    "W2": (2844, 200, "numba", True),
    "W2 full": (2844, 1000, "numba", True),
}
"""Areas, trajectories, implementation, whether quantiles are taken."""
OLDEST, SPAN, CALLS = 80, 50, 300
"""The peer's open age, and its years and calls here."""
PEER = """
import sys, time
import numpy as np
import leapfrog_py
given, kept, calls = np.load(sys.argv[1]), sys.argv[2], int(sys.argv[3])
steps = given["Sx"].shape[-1]
parameters = {name: np.asfortranarray(given[name]) for name in given.files}
parameters |= {"projection_start_year": 2000, "projection_period": "calendar", "t_ART_start": steps}
parameters["hts_per_year"] = 10  # asked for, not used without HIV
years, best = range(2000, 2000 + steps), np.inf
for _ in range(calls):
    began = time.perf_counter()
    state = leapfrog_py.run_model(parameters, "DemographicProjection", years)
    best = min(best, time.perf_counter() - began)
np.save(kept, state["p_totpop"])
print(best)
"""


def made(areas: int, years: int = YEARS, ages: int = AGES) -> Course:
    """Made rates: survival by year, growth and fertility by area."""
    draw = np.random.default_rng(SEED)
    survival = draw.uniform(0.95, 1.0, (years, 1, 2, ages))
    fertility = np.zeros((1, areas, ages))
    fertility[..., FERTILE.start : FERTILE.stop] = draw.uniform(0.0, 0.08, (1, areas, len(FERTILE)))
    return Course(
        start=draw.uniform(0.0, 1000.0, (areas, 2, ages)),
        survival=survival,
        dying=1.0 - survival,
        growth=draw.uniform(0.98, 1.02, (1, areas, 2, ages)),
        mobile=draw.uniform(0.0, 2.0, (2, ages)),
        fertility=fertility,
        given=np.zeros((years, 1)),
        boys=np.full(1, 0.51),
        chance=np.full((1, 1, 2, ages), 0.001),
    )


def women_by_parity() -> tuple[Floats, Floats]:
    """Shares by number of children (parity, cell, 1) and rates by order (year, order, cell, 1), made."""
    cells = len(FERTILE) + 1
    later = np.linspace(0.0, 1.0, cells)
    start = np.stack([1.0 - later, 0.7 * later, 0.25 * later, 0.05 * later])[..., None]
    rates = np.random.default_rng(SEED).uniform(0.0, 0.15, (YEARS, ORDERS, cells, 1))
    return start, rates


class Work:
    """One case: its areas are taken block by block."""

    def __init__(self, case: str, threads: int) -> None:
        areas, self.draws, self.engine, self.quantiles = CASES[case]
        self.threads, self.course = threads, made(areas)
        self.parity = women_by_parity() if case.endswith("parity") else None
        self.shared = Shared(TYPICAL, Draws(SEED, range(self.draws), "all areas"), Onset(), YEARS)
        self.out = np.empty((len(PROBS) + 1, areas, len(SERVICES), YEARS + 1))

    def _borne(self, shocks: Shocks) -> Shocks:
        """The shocks of an area, its births by the number of children where the case asks for them."""
        if self.parity is None:
            return shocks
        start, rates = self.parity
        found = progress(start, rates, np.repeat(shocks.births[:, None], ORDERS, axis=1))
        own = found.total[:, :, 1:]
        return Shocks(np.ones_like(shocks.births), shocks.dying, shocks.moves, shocks.luck, own, FERTILE.start)

    def block(self, low: int) -> dict[str, float]:
        """Noise, trajectories and quantiles of some areas; CPU seconds of each."""
        spent = dict.fromkeys(PARTS, 0.0)
        here = range(low, min(low + BLOCK, len(self.course.start)))
        groups = np.empty((len(here), len(SERVICES), YEARS + 1, self.draws))
        for place, area in enumerate(here):
            clock = [time.thread_time()]
            shocks = self.shared.of(f"area {area}", 2, self.course.cohorts)
            clock.append(time.thread_time())
            run = sums(self.course, area, self._borne(shocks), SERVICES, self.engine)
            clock.append(time.thread_time())
            groups[place] = run.groups
            spent["noise"] += clock[1] - clock[0]
            spent["kernel"] += clock[2] - clock[1]
        if self.quantiles:
            began = time.thread_time()
            self.out[0, here.start : here.stop], self.out[1:, here.start : here.stop] = summarise(groups, PROBS)
            spent["quantiles"] += time.thread_time() - began
        return spent

    def run(self) -> dict[str, float]:
        """Seconds, memory and parts of the whole case."""
        self.block(0)
        seconds = dict.fromkeys(PARTS, 0.0)
        wall, cpu = time.perf_counter(), time.process_time()
        for spent in blocks(range(0, len(self.course.start), BLOCK), self.block, self.threads):
            for part in PARTS:
                seconds[part] += spent[part]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        cells = len(self.course.start) * self.draws * YEARS * 2 * AGES
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"wall": wall, "cpu": cpu, "cells": cells, "peak": peak, **seconds}


def main() -> None:
    """Print one line a case, then the peer."""
    parser = argparse.ArgumentParser(description="Time many trajectories of many areas.")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--full", action="store_true", help="2,844 areas with 1,000 trajectories too")
    parser.add_argument("--peer", help="interpreter that has leapfrog-py")
    parser.add_argument("--case", choices=list(CASES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(Work(options.case, options.threads).run()))
        return
    print(f"{'case':<10}{'areas':>6}{'draws':>6}{'wall s':>8}{'CPU s':>8}  of which", end="")
    print(f"{'noise':>8}{'kernel':>8}{'quantiles':>10}{'kernel ns/cell':>15}{'peak MB':>9}")
    for case in CASES:
        if case != "W2 full" or options.full:
            show(case, options.threads)
    compare(options.peer)


def show(case: str, threads: int) -> None:
    """Run one case in a child."""
    command = [sys.executable, __file__, "--case", case, "--threads", str(threads)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    got = json.loads(done.stdout)
    areas, draws, _, _ = CASES[case]
    print(f"{case:<10}{areas:>6}{draws:>6}{got['wall']:>8.2f}{got['cpu']:>8.2f}{'':>10}", end="")
    print(f"{got['noise']:>8.2f}{got['kernel']:>8.2f}{got['quantiles']:>10.2f}", end="")
    print(f"{1e9 * got['kernel'] / got['cells']:>15.2f}{got['peak']:>9.0f}")


def compare(peer: str | None) -> None:
    """One area without noise beside the peer, and what a trajectory with noise costs."""
    course, migrants = made(1, SPAN, OLDEST + 1), np.random.default_rng(2).uniform(-1.0, 1.0, (SPAN, 1, 2, OLDEST + 1))
    rates = (course.survival, course.fertility, course.boys[:, None], migrants)
    call = partial(project, course.start, *rates, years=SPAN, engine="numba", threads=1)
    ours = best(call)
    print(f"\none area, {SPAN} years, ages 0-{OLDEST}, two sexes      microseconds a call")
    print(f"ours, people, births and deaths by age   {1e6 * ours:>12.1f}")
    theirs, people = ask(peer, course, migrants) if peer else (None, None)
    if theirs is None or people is None:
        print("leapfrog-py                              skipped: --peer names no interpreter that has it")
    else:
        assert np.allclose(call().people[:, 0], people, rtol=1e-10, atol=1e-8)
        print(
            f"leapfrog-py, people, births and deaths   {1e6 * theirs:>12.1f}   {theirs / ours:.1f} x ours, same people"
        )
    for draws in (1, 1000):
        shared = Shared(TYPICAL, Draws(SEED, range(draws), "all areas"), Onset(), SPAN)
        shocks = shared.of("area 0", 2, course.cohorts)
        some = best(partial(sums, course, 0, shocks, [(0, 3), (60, OLDEST + 1)]))
        print(f"ours with noise, {draws:>5} trajectories        {1e6 * some:>12.1f}   {1e6 * some / draws:.2f} each")


def best(call: Callable[[], object], calls: int = CALLS) -> float:
    """Least seconds of a call."""
    least = np.inf
    for _ in range(calls):
        began = time.perf_counter()
        call()
        least = min(least, time.perf_counter() - began)
    return float(least)


def ask(peer: str, course: Course, migrants: Floats) -> tuple[float | None, Floats | None]:
    """Seconds of the peer's call and its people (year, sex, age); nothing where it cannot be run."""
    later = [np.concatenate([rate[:1], rate]) for rate in (course.survival[:, 0], migrants[:, 0])]
    survival, net = (rate.transpose(2, 1, 0) for rate in later)  # the peer's first step leads to its second year
    given = {
        "basepop": course.start[0].T,
        "Sx": np.concatenate([survival, survival[-1:]]),  # it lets the two oldest survive apart
        "netmigr_adj": net,
        "asfr": np.repeat(course.fertility[0, 0, FERTILE.start : FERTILE.stop, None], SPAN + 1, axis=1),
        "births_sex_prop": np.repeat([[course.boys[0]], [1.0 - course.boys[0]]], SPAN + 1, axis=1),
        "tfr": np.ones(SPAN + 1),
    }
    with tempfile.TemporaryDirectory() as folder:
        inputs, kept = Path(folder, "given.npz"), Path(folder, "people.npy")
        np.savez(inputs, **given)
        command = [peer, "-c", PEER, str(inputs), str(kept), str(CALLS)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            print(done.stderr.strip().rpartition("\n")[2])
            return None, None
        return float(done.stdout), np.load(kept).transpose(2, 1, 0)


if __name__ == "__main__":
    main()
