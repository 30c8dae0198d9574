"""Time people who move between regions, each case in a process of its own, so that its peak of memory is its own.

    python benchmarks/multiregional.py [--case NAME]

``W3``      18 x 18 regions by sex and age, 30 years, other rates in every year: transitions made anew each year, the
            step, all flows kept; then the step alone with transitions made beforehand
``pools``   2,844 areas, 30 years, survival and births, moves through three kinds of pools (prefecture, province,
            country), pull by sex and age; all events and moves kept
``sparse``  the same with a sparse table of 60 destinations for every origin

Beside each stand separate projections without moves, by the step of single regions. Seconds are of the second of two
calls, which finds the compiled code loaded; CPU seconds are those of all threads.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from forecast.axes import AGES, FERTILE, Floats
from forecast.kernels import multiregional as matrix
from forecast.kernels import pooled_flows as pooled
from forecast.kernels import step as single

YEARS, SEED = 30, 1
REGIONS, AREAS, PROVINCES, PREFECTURES, DESTINATIONS = 18, 2844, 31, 340, 60
CLOSED = 1e-9


def wave() -> Floats:
    """Moves by age (age,), of the young most."""
    age = np.arange(AGES)
    return np.asarray(0.004 + 0.06 * np.exp(-(((age - 23.0) / 6.0) ** 2)))


def mortality(years: int) -> Floats:
    """Made death rates that fall by year (year, 2, age, 1)."""
    rate = 0.0005 + 0.00003 * np.array([1.3, 1.0])[:, None] * np.exp(0.095 * np.arange(AGES))
    return np.asarray(rate[None, :, :, None] * (1.0 - 0.01 * np.arange(years))[:, None, None, None])


def start_and_fertility(areas: int) -> tuple[Floats, Floats]:
    """Made people (area, 2, age) and fertility (1, area, age)."""
    draw = np.random.default_rng(SEED)
    fertility = np.zeros((1, areas, AGES))
    fertility[..., FERTILE.start : FERTILE.stop] = draw.uniform(0.0, 0.08, (1, areas, len(FERTILE)))
    return draw.uniform(0.0, 1000.0, (areas, 2, AGES)), fertility


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of the second call."""
    call()
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def survivorship(deaths: Floats, moves: Floats, scale: Floats) -> Floats:
    """The ratios of all years, each year's made on its own."""
    return np.stack([matrix.survivorship(rate, moves * factor) for rate, factor in zip(deaths, scale, strict=True)])


def w3() -> dict[str, float]:
    """Regions with matrices."""
    start, fertility = start_and_fertility(REGIONS)
    draw = np.random.default_rng(SEED + 1)
    deaths, scale = mortality(YEARS), draw.uniform(0.8, 1.2, YEARS)
    moves = draw.uniform(0.0, 2.0 / REGIONS, (2, 1, REGIONS, REGIONS)) * wave()[:, None, None]
    np.einsum("...ii->...i", moves)[...] = 0.0
    ratios = survivorship(deaths, moves, scale)

    def all_of_it(made: Floats | None = None) -> matrix.Projection:
        given = survivorship(deaths, moves, scale) if made is None else made
        return matrix.project(start, given, fertility, 0.51, years=YEARS)

    years = all_of_it()
    totals = np.abs(matrix.net(years.flows).sum(axis=1)).max() / years.people.sum(axis=1).max()
    assert totals < CLOSED
    apart = np.moveaxis(survivorship(deaths, 0.0 * moves, scale).diagonal(axis1=-2, axis2=-1), -1, 1)
    wall, cpu = timed(all_of_it)
    _, given = timed(partial(all_of_it, ratios))
    _, alone = timed(partial(single.project, start, apart, fertility, 0.51, years=YEARS))
    return {"wall": wall, "cpu": cpu, "given": given, "separate": alone, "closure": float(totals)}


def areas(sparse: bool) -> dict[str, float]:
    """Thousands of areas."""
    start, fertility = start_and_fertility(AREAS)
    draw = np.random.default_rng(SEED + 2)
    prefecture = np.sort(draw.integers(0, PREFECTURES, AREAS))
    if sparse:
        where = [draw.choice(AREAS - 1, DESTINATIONS, replace=False) for _ in range(AREAS)]
        columns = np.concatenate([there + (there >= home) for home, there in enumerate(where)])
        given = (np.full(columns.size, 1.0 / DESTINATIONS), columns, np.arange(AREAS + 1) * DESTINATIONS)
        network: pooled.Network = pooled.shares(csr_array(given, shape=(AREAS, AREAS)))
    else:
        province = prefecture * PROVINCES // PREFECTURES
        members = np.stack([prefecture, province, np.zeros(AREAS, dtype=np.intp)])
        sent = draw.dirichlet((4.0, 3.0, 3.0), AREAS).T
        network = pooled.pools(members, sent, draw.uniform(0.1, 1.0, (AREAS, 2, AGES)))
    out = np.broadcast_to(wave(), (1, 1, 2, AGES)) * draw.uniform(0.5, 1.5, (1, AREAS, 1, 1))
    survival = np.moveaxis(matrix.survivorship(mortality(YEARS), np.zeros((1, 1))), -2, 1)[..., 0]
    rates = (survival, fertility, 0.51)
    years = pooled.project(start, *rates, out, network, years=YEARS)
    totals = np.abs((years.arrived - years.left).sum(axis=1)).max() / years.people.sum(axis=1).max()
    assert totals < CLOSED
    del years
    wall, cpu = timed(lambda: pooled.project(start, *rates, out, network, years=YEARS))
    _, alone = timed(lambda: single.project(start, *rates, years=YEARS))
    return {"wall": wall, "cpu": cpu, "given": cpu, "separate": alone, "closure": float(totals)}


CASES: dict[str, Callable[[], dict[str, float]]] = {
    "W3": w3,
    "pools": partial(areas, sparse=False),
    "sparse": partial(areas, sparse=True),
}


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description="Time people who move between regions.")
    parser.add_argument("--case", choices=list(CASES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        peak = resource.getrusage
        print(json.dumps(CASES[options.case]() | {"peak": peak(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    head = ("wall s", "CPU s", "transitions given", "separate", "x separate", "peak MB", "net of all regions")
    print(f"{'case':<8}", *(f"{name:>{max(len(name), 8)}}" for name in head))
    for case in CASES:
        command = [sys.executable, __file__, "--case", case]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)
        print(
            f"{case:<8} {got['wall']:>8.3f} {got['cpu']:>8.3f} {got['given']:>17.3f} {got['separate']:>8.3f}", end=" "
        )
        print(f"{got['cpu'] / got['separate']:>10.1f} {got['peak']:>8.0f} {got['closure']:>18.1e}")


if __name__ == "__main__":
    main()
