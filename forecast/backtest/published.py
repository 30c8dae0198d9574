"""A back-test as a folder of Parquet tables, there whole or not at all."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

import forecast
from forecast.errors import InputError
from forecast.run.publish import HIDDEN, unused, write_json
from forecast.tables.write import ParquetFile

FOLDER = "backtests"
Finish = Callable[[Path], None]


def publish(
    out: Path, tables: Mapping[str, pd.DataFrame], about: Mapping[str, object], finish: Finish, moment: dt.datetime
) -> Path:
    """Write each table as Parquet and ``about.json`` into a new folder under ``out``; returns the folder.

    finish  adds files made from the tables, such as a chart, before the folder appears
    """
    home = out / FOLDER
    name = unused(home, f"{moment:%Y%m%dT%H%M%SZ}")
    hidden, final = home / f"{HIDDEN}{name}", home / name
    try:
        hidden.mkdir(parents=True)
        for table, frame in tables.items():
            with ParquetFile(hidden / f"{table}.parquet", {"table": table, "schema_version": "1"}) as file:
                file.append(frame)
        write_json(hidden / "about.json", {"version": forecast.__version__, "made": name, **about})
        finish(hidden)
        hidden.rename(final)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.one(str(out), "a folder that can be written", reason, "choose another with --out") from None
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return final
