"""How long a user waits: the help, and the whole bundled run from reading to publishing, as processes of their own."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def seconds(arguments: list[str]) -> float:
    """Wall time of one call of the command line; a failing call ends the benchmark."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "forecast", *arguments]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Median, least and most of several calls after one that warms the caches, beside an idle interpreter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as out:
        cases = {
            "help": ["-h"],
            "run, baseline": ["--out", out, "run", "--scenario", "baseline"],
            "run, all scenarios": ["--out", out, "run"],
        }
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        print(f"{'python alone':<22}{time.perf_counter() - started:7.3f} s")
        for name, arguments in cases.items():
            seconds(arguments)
            found = [seconds(arguments) for _ in range(times)]
            print(f"{name:<22}{statistics.median(found):7.3f} s   ({min(found):.3f} to {max(found):.3f})")


if __name__ == "__main__":
    main()
