"""Time 2,844 areas x 30 years as tidy Parquet: project, label, write; beside it the plain way of pandas, in one run.

    python benchmarks/tidy.py [--threads 2]

People of every area, year, sex and published age (0 to 100 and over), the start and 30 years: 17.8 million rows with
the promised columns of keys, measure, unit, mean, status and source. pandas gets a tenth of the areas in a frame of the
same columns, texts as categories and as plain texts, and its figures are those of the tenth times ten. Each side runs
in a process of its own; the people of the first area are read back from both files and must be the same.
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
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.axes import AGES, FERTILE, SEXES, Floats
from forecast.kernels.paths import blocks
from forecast.kernels.step import project
from forecast.run.columns import AGE_AXIS, SEX_AXIS, Axis, Tidy, published_ages
from forecast.run.inputs import Area
from forecast.tables.write import ParquetFile

AREAS, YEARS, BLOCK, TENTH = 2844, range(2024, 2055), 64, 10
FIXED = {"scenario": "baseline", "measure": "people", "unit": "persons"}
SIDES = ("ours", "pandas, categories", "pandas, texts")


def made() -> tuple[Floats, Floats, Floats, Floats]:
    """Made people (area, sex, age), survival, fertility and net migration rates by area."""
    draw = np.random.default_rng(1)
    fertility = np.zeros((1, AREAS, AGES))
    fertility[..., FERTILE.start : FERTILE.stop] = draw.uniform(0.0, 0.1, (1, AREAS, len(FERTILE)))
    return (
        draw.uniform(0.0, 1000.0, (AREAS, 2, AGES)),
        draw.uniform(0.9, 1.0, (1, AREAS, 2, AGES)),
        fertility,
        draw.uniform(-0.02, 0.02, (1, AREAS, 2, AGES)),
    )


def places() -> list[Area]:
    """Made names: every area its own, of two levels."""
    return [
        Area(f"{230000 + place:06d}", f"第{place}区", f"District {place}", "district" if place % 3 else "county", "23")
        for place in range(AREAS)
    ]


def people(given: tuple[Floats, ...], low: int, high: int, threads: int) -> Floats:
    """Persons (year, area, sex, age) of some areas, the start first."""
    start, survival, fertility, net = (rate[..., low:high, :, :] if rate.ndim > 3 else rate for rate in given)
    rates = (survival, fertility[:, low:high], 0.51, net)
    steps = len(YEARS) - 1
    return project(
        start[low:high], *rates, years=steps, rates=True, events=False, engine="numba", threads=threads
    ).people


def status() -> list[str]:
    """The first year is observed."""
    return ["observed", *["projected"] * (len(YEARS) - 1)]


def table(given: tuple[Floats, ...], areas: list[Area], low: int) -> pa.Table:
    """Rows of one block of areas."""
    here = areas[low : low + BLOCK]
    values = published_ages(people(given, low, low + len(here), 1))
    axes = (Axis("year", tuple(YEARS)), Axis("area", tuple(area.code for area in here)), SEX_AXIS, AGE_AXIS)
    tidy = Tidy(values, axes)
    tidy.along("status", "year", status())
    tidy.along("source", "year", ["census" if item == "observed" else "engine" for item in status()])
    whole = tidy.table(here, FIXED)
    return whole.select([name for name in whole.column_names if not pa.types.is_null(whole.schema.field(name).type)])


def write(folder: Path, threads: int) -> None:
    """Blocks are projected and labelled by the threads and written in order as they come."""
    given, areas = made(), places()
    with ParquetFile(folder / "ours.parquet", {"schema_version": "1"}) as file:
        for block in blocks(range(0, AREAS, BLOCK), lambda low: table(given, areas, low), threads):
            file.append(block)


def plain(folder: Path, coded: bool) -> None:
    """A frame of a tenth of the areas, written by pandas."""
    given, areas = made(), places()[: AREAS // TENTH]
    values = published_ages(people(given, 0, len(areas), 1))
    axes = (YEARS, [area.code for area in areas], SEXES, AGE_AXIS.labels)
    frame = pd.MultiIndex.from_product(axes, names=["year", "area", "sex", "age"]).to_frame(index=False)
    by_code = {area.code: area for area in areas}
    frame["area_name"] = frame["area"].map({code: area.name_zh for code, area in by_code.items()})
    frame["area_level"] = frame["area"].map({code: area.level for code, area in by_code.items()})
    frame["mean"] = values.reshape(-1)
    frame["status"] = np.where(frame["year"] == YEARS[0], "observed", "projected")
    frame["source"] = np.where(frame["year"] == YEARS[0], "census", "engine")
    frame = frame.assign(**FIXED)
    if coded:
        texts = ["area", "sex", "area_name", "area_level", "status", "source", *FIXED]
        frame = frame.astype(dict.fromkeys(texts, "category"))
    frame.to_parquet(folder / "pandas.parquet", compression="zstd", index=False)


def measure(side: str, folder: Path, threads: int) -> dict[str, float]:
    """Seconds of one side from made rates to the closed file; compiled code is loaded before the clock starts."""
    small = made()
    people(small, 0, 1, 1)
    wall, cpu = time.perf_counter(), time.process_time()
    if side == "ours":
        write(folder, threads)
    else:
        plain(folder, side == SIDES[1])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Print one line a side."""
    parser = argparse.ArgumentParser(description="Time tidy Parquet of 2,844 areas.")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(measure(options.side, options.folder, options.threads)))
        return
    print(f"{'side':<34}{'rows':>12}{'wall s':>9}{'CPU s':>9}{'MB':>8}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as name:
        for side in SIDES:
            show(side, Path(name), options.threads)
        compare(Path(name))


def show(side: str, folder: Path, threads: int) -> None:
    """Run one side in a child."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder), "--threads", str(threads)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    got = json.loads(done.stdout)
    times = 1 if side == "ours" else TENTH
    path = folder / ("ours.parquet" if side == "ours" else "pandas.parquet")
    rows, size = pq.read_metadata(path).num_rows, path.stat().st_size / 1e6
    label = side if times == 1 else f"{side}, a tenth x {times}"
    print(f"{label:<34}{times * rows:>12,}{times * got['wall']:>9.2f}{times * got['cpu']:>9.2f}", end="")
    print(f"{times * size:>8.0f}{got['peak']:>9.0f}" + (" (of the tenth)" if times > 1 else ""))


def compare(folder: Path) -> None:
    """The people of the first area in both files."""
    code = places()[0].code
    ours, plain = (
        pd.read_parquet(
            folder / f"{name}.parquet", filters=[("area", "==", code)], columns=["year", "sex", "age", "mean"]
        )
        for name in ("ours", "pandas")
    )
    assert (ours["mean"].to_numpy() == plain["mean"].to_numpy()).all()


if __name__ == "__main__":
    main()
