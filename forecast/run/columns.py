"""Columns of the published tables, built from arrays straight into Arrow: coded labels, no per-row Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from forecast.axes import AGE, PUBLISHED_OPEN_AGE, SEXES, Floats
from forecast.run.inputs import Area

KEYS = ("scenario", "area", "area_name", "area_level", "year", "sex", "age", "service", "children", "part")
QUANTILES = ("p05", "p10", "p25", "p50", "p75", "p90", "p95")
VALUES = ("measure", "unit", "mean", *QUANTILES, "share_born", "status", "source", "point")
"""The promised columns, in their order; ``point`` is the course without shocks, which ``explain`` takes apart."""
BOTH = "resident; registered"
CONCEPTS = {"residence": BOTH, "mortality": BOTH, "overrides": BOTH, "supply": BOTH, "sources": ""}
"""Tables that hold registered people too, each row saying which in ``measure``, or no people; all others residents."""
Column = Any
"""An Arrow array; the package has no types of its own."""


def concept_of(table: str) -> str:
    """Whom a published table counts: residents, or residents and registered people side by side (law 8)."""
    return CONCEPTS.get(table, "resident")


@dataclass(frozen=True, slots=True)
class Axis:
    """Labels of one axis of an array."""

    name: str
    labels: tuple[Any, ...]


class Tidy:
    """An array as rows in C order: one row a cell, labels looked up axis by axis."""

    def __init__(self, values: Floats, axes: Sequence[Axis]) -> None:
        self.shape = tuple(len(axis.labels) for axis in axes)
        if values.shape != self.shape:
            raise ValueError(f"values of shape {values.shape} do not fit axes {self.shape}")
        self.axes = {axis.name: axis for axis in axes}
        self.places = {axis.name: place for place, axis in enumerate(axes)}
        self.rows = values.size
        self.columns: dict[str, Column] = {"point": pa.array(np.ascontiguousarray(values).reshape(-1))}
        for axis in axes:
            self.along(axis.name, axis.name, axis.labels)

    def along(self, column: str, axis: str, labels: Sequence[Any]) -> None:
        """A column whose value depends on the position on one axis: one label a position, repeats allowed."""
        self.columns[column] = _along(self.shape, self.places[axis], tuple(labels))

    def all(self, column: str, value: str) -> None:
        """A column with one text in every row."""
        self.columns[column] = _along((self.rows,), None, (value,))

    def coded(self, column: str, codes: NDArray[np.int32], labels: Sequence[str]) -> None:
        """A column of texts given cell by cell as places in a list of labels."""
        there = pa.array(np.ascontiguousarray(codes).reshape(-1))
        self.columns[column] = pa.DictionaryArray.from_arrays(there, pa.array(labels, pa.string()))

    def cells(self, column: str, values: Floats) -> None:
        """A column of numbers given cell by cell; not-a-number becomes null."""
        self.columns[column] = pa.array(np.ascontiguousarray(values).reshape(-1), from_pandas=True)

    def summary(self, mean: Floats, quantiles: Floats) -> None:
        """Mean and quantiles over trajectories, cell by cell."""
        self.cells("mean", mean)
        for name, values in zip(QUANTILES, quantiles, strict=True):
            self.cells(name, values)

    def table(self, areas: Sequence[Area], fixed: Mapping[str, str]) -> pa.Table:
        """All promised columns that apply, in order, names and levels filled in.

        Where no trajectory was run the mean is the point, and quantiles are null.
        """
        for column, value in fixed.items():
            self.all(column, value)
        by_code = {area.code: area for area in areas}
        here = [by_code[code] for code in self.axes["area"].labels]
        self.along("area_name", "area", [area.name_zh for area in here])
        self.along("area_level", "area", [area.level for area in here])
        self.columns.setdefault("mean", self.columns["point"])
        for column in (*QUANTILES, "share_born"):
            self.columns.setdefault(column, pa.nulls(self.rows, pa.float64()))
        names = [name for name in (*KEYS, *VALUES) if name in self.columns]
        return pa.table([self.columns[name] for name in names], names=names)


@lru_cache(maxsize=256)
def _along(shape: tuple[int, ...], place: int | None, labels: tuple[Any, ...]) -> Column:
    """Labels by position on one axis, or the only one in every row.

    Texts are dictionary-coded without repeats, years and ages short integers. The scenarios of a run share their
    keys, so what was built once is kept.
    """
    index = np.zeros(1, dtype=np.int32) if place is None else np.arange(shape[place], dtype=np.int32)
    codes = np.broadcast_to(index.reshape([-1 if i == place else 1 for i in range(len(shape))]), shape).reshape(-1)
    if not isinstance(labels[0], str):
        numbers = np.asarray(labels)
        return pa.array(numbers.astype(np.int16 if numbers.dtype.kind == "i" else np.float64)[codes])
    unique = list(dict.fromkeys(labels))
    position = np.array([unique.index(label) for label in labels], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(position[codes]), pa.array(unique, pa.string()))


def joined(parts: Sequence[pa.Table]) -> pa.Table:
    """Tables of the same columns under one another, with one dictionary a column."""
    return pa.concat_tables(parts).unify_dictionaries()


def published_ages(values: Floats) -> Floats:
    """Ages 0..99 and 100+ of an array whose last axis runs to 110+ (law 2)."""
    head, tail = values[..., :PUBLISHED_OPEN_AGE], values[..., PUBLISHED_OPEN_AGE:]
    return np.concatenate([head, tail.sum(axis=AGE, keepdims=True)], axis=AGE)


SEX_AXIS = Axis("sex", SEXES)
AGE_AXIS = Axis("age", tuple(range(PUBLISHED_OPEN_AGE + 1)))
"""Published ages; 100 stands for 100 and over."""
