"""All tables of a project: every file under ``data/`` finds its table by its name, is read, joined and checked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from forecast.errors import Fault, InputError
from forecast.tables.aliases import tables as other_names
from forecast.tables.checks import broken_ages, unknown_references, wrong_sums
from forecast.tables.decode import SUFFIXES
from forecast.tables.figures import odd_figures
from forecast.tables.near import did_you_mean, in_words
from forecast.tables.reader import Part, assemble, read_part
from forecast.tables.schema import load_schema, table_names


def read_tables(project: Path) -> dict[str, pd.DataFrame]:
    """Read and check every table of a project.

    project  folder with a folder ``data``; a file there named ``<table>`` or ``<table>_<anything>`` with the suffix
             csv, xlsx or parquet feeds that table, in the order of the files' names

    Returns table -> frame as ``read_table`` gives it. Raises InputError with the faults of all files; the checks
    between tables run once every file is sound.
    """
    faults: list[Fault] = []
    parts: dict[str, list[Part]] = {}
    for path in data_files(project):
        shown_as = path.relative_to(project).as_posix()
        table = table_of(path.stem)
        if table is None:
            faults.append(_stranger(path, shown_as))
            continue
        try:
            parts.setdefault(table, []).append(read_part(path, load_schema(table), shown_as))
        except InputError as found:
            faults += found.faults
    tables = {}
    for name, of_table in sorted(parts.items()):
        if of_table:
            tables[name], found_here = assemble(of_table, load_schema(name))
            faults += found_here
    if faults:
        raise InputError(faults)
    return _checked(tables)


def data_files(project: Path) -> list[Path]:
    """The files of a project that feed tables, in order; InputError when there are none."""
    found = sorted(
        path
        for path in (project / "data").rglob("*")
        # spreadsheets leave lock files ~$name, file systems leave hidden ones
        if path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$")) and path.is_file()
    )
    if not found:
        expected = f"tables ({', '.join(suffix[1:] for suffix in SUFFIXES)})"
        raise InputError.one("data/", expected, "no file", "is this the folder of a project? name it with --project")
    return found


def table_of(stem: str) -> str | None:
    """The table that a file feeds, by the longest name that its own begins with.

    >>> table_of("fertility_shape_2020"), table_of("fertility_fuzhou"), table_of("readme")
    ('fertility_shape', 'fertility', None)
    """
    low = stem.lower()
    known = {name: name for name in table_names()} | other_names()
    fitting = [name for name in known if low == name or low.startswith(f"{name}_")]
    return known[max(fitting, key=len)] if fitting else None


def _stranger(path: Path, shown_as: str) -> Fault:
    expected = f"a file named after a table ({in_words(table_names(), 30)})"
    near = did_you_mean(path.stem, table_names()) or did_you_mean(path.stem.rpartition("_")[0], table_names())
    return Fault(shown_as, expected, path.name, near or "rename the file, or move it out of data/")


def _checked(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    faults = [*unknown_references(tables), *odd_figures(tables)]
    if "population" in tables:
        broken = broken_ages(tables["population"])
        faults += broken
        if "areas" in tables and not broken:
            faults += wrong_sums(tables["population"], tables["areas"])
    if faults:
        raise InputError(faults)
    return tables
