"""A run is built in a hidden folder, flushed to disk, and appears under its name in one rename."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from forecast.errors import InputError, RunLocked

RUNS, LATEST, LOCK, HIDDEN = "runs", "latest", ".lock", ".building-"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the output folder; ``RunLocked`` (exit 5) when another process does, saying who.

    A folder that was made for the lock and got no run is taken away again.
    """
    made = not out.exists()
    holder, lock = out / f"{LOCK}-holder", FileLock(out / LOCK)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        who = holder.read_text("utf-8") if holder.exists() else "another process"
        raise RunLocked(f"{out}: {who} is writing there; wait, or choose another folder with --out") from None
    except OSError as error:
        raise InputError.one(
            str(out), "a folder that can be written", error.strerror or str(error), "choose another with --out"
        ) from None
    try:
        holder.write_text(f"process {os.getpid()}", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
        if made and not (out / RUNS).exists():
            (out / LOCK).unlink(missing_ok=True)
            out.rmdir()


def publish(out: Path, run_id: str, build: Callable[[Path], None]) -> Path:
    """Let ``build`` fill a folder and make it the run ``run_id``; if that fails, nothing half-built is left behind.

    Call inside ``locked``. What earlier runs left half-built is swept away first.
    """
    runs = out / RUNS
    first = not runs.exists()
    runs.mkdir(parents=True, exist_ok=True)
    for litter in runs.glob(f"{HIDDEN}*"):
        shutil.rmtree(litter, ignore_errors=True)
    hidden, final = runs / f"{HIDDEN}{run_id}", runs / run_id
    try:
        hidden.mkdir()
        build(hidden)
        for path in sorted(hidden.rglob("*")):
            _flush(path)
        _flush(hidden)
        hidden.rename(final)
        _flush(runs)
        point(out, run_id)
    except OSError as error:
        _clear(hidden, runs if first else None)
        raise InputError.one(
            str(out),
            "a folder with room that can be written",
            error.strerror or str(error),
            "free space, or choose another with --out",
        ) from None
    except BaseException:
        _clear(hidden, runs if first else None)
        raise
    return final


def _clear(hidden: Path, runs: Path | None) -> None:
    """Take away what was half-built, and the folder of runs if it was made for it."""
    shutil.rmtree(hidden, ignore_errors=True)
    if runs is not None and not any(runs.iterdir()):
        runs.rmdir()


def unused(home: Path, name: str) -> str:
    """The name, or the name with a number where two folders of one second would share it."""
    number, found = 1, name
    while (home / found).exists():
        number += 1
        found = f"{name}-{number}"
    return found


def point(out: Path, run_id: str) -> None:
    """Make ``latest`` name a run: a small text file, replaced in one step."""
    fresh = out / f".{LATEST}-{os.getpid()}"
    fresh.write_text(f"{RUNS}/{run_id}\n", "utf-8")
    _flush(fresh)
    fresh.replace(out / LATEST)
    _flush(out)


def _flush(path: Path) -> None:
    """Force a file or folder to disk; folders cannot be opened on every system."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, content: Any) -> None:
    """Sorted, indented, UTF-8: the same content gives the same bytes."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
