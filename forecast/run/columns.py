"""Columns of the published tables, built from arrays: coded labels, no per-row Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.axes import AGE, PUBLISHED_OPEN_AGE, SEXES, Floats
from forecast.run.inputs import Area

KEYS = ("scenario", "area", "area_name", "area_level", "year", "sex", "age", "service", "part")
VALUES = ("measure", "unit", "mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "share_born", "status", "source")
"""The promised columns, in their order."""
QUANTILES = ("p05", "p10", "p25", "p50", "p75", "p90", "p95")


@dataclass(frozen=True, slots=True)
class Axis:
    """Labels of one axis of an array."""

    name: str
    labels: tuple[Any, ...]


def coded(labels: Sequence[Any], codes: np.ndarray) -> pd.Categorical:
    """Labels by position, as a dictionary-coded column."""
    return pd.Categorical.from_codes(codes.astype(np.int32), categories=pd.Index(list(dict.fromkeys(labels))))


def tidy(values: Floats, axes: Sequence[Axis]) -> dict[str, Any]:
    """One column an axis and the column ``mean``, in C order of the array."""
    shape = tuple(len(axis.labels) for axis in axes)
    if values.shape != shape:
        raise ValueError(f"values of shape {values.shape} do not fit axes {shape}")
    out: dict[str, Any] = {}
    for place, axis in enumerate(axes):
        index = np.arange(shape[place]).reshape([-1 if i == place else 1 for i in range(len(shape))])
        codes = np.broadcast_to(index, shape).reshape(-1)
        if axis.labels and isinstance(axis.labels[0], str):
            out[axis.name] = coded(axis.labels, codes)
        else:
            out[axis.name] = np.asarray(axis.labels)[codes]
    out["mean"] = values.reshape(-1)
    return out


def published_ages(values: Floats) -> Floats:
    """Ages 0..99 and 100+ of an array whose last axis runs to 110+ (law 2)."""
    head, tail = values[..., :PUBLISHED_OPEN_AGE], values[..., PUBLISHED_OPEN_AGE:]
    return np.concatenate([head, tail.sum(axis=AGE, keepdims=True)], axis=AGE)


def complete(columns: dict[str, Any], rows: int, fixed: dict[str, Any], areas: Sequence[Area]) -> pd.DataFrame:
    """All promised columns in order: names and levels from the areas, the rest fixed or left empty."""
    if "area" in columns:
        area = columns["area"]
        by_code = {item.code: item for item in areas}
        order = [by_code[code] for code in area.categories]
        codes = np.asarray(area.codes)
        columns["area_name"] = coded_as([item.name_zh for item in order], codes)
        columns["area_level"] = coded_as([item.level for item in order], codes)
    for name, value in fixed.items():
        columns.setdefault(name, coded([value], np.zeros(rows)) if isinstance(value, str) else np.full(rows, value))
    for name in (*QUANTILES, "share_born"):
        columns.setdefault(name, np.full(rows, np.nan))
    present = [name for name in (*KEYS, *VALUES) if name in columns]
    return pd.DataFrame({name: columns[name] for name in present})


def coded_as(labels: Sequence[str], codes: np.ndarray) -> pd.Categorical:
    """Like ``coded``, for labels that may repeat among categories."""
    unique = list(dict.fromkeys(labels))
    place = np.array([unique.index(label) for label in labels])
    return pd.Categorical.from_codes(place[codes].astype(np.int32), categories=pd.Index(unique))


def sexes() -> Axis:
    """The axis of sexes."""
    return Axis("sex", SEXES)


def ages() -> Axis:
    """Published ages; 100 stands for 100 and over."""
    return Axis("age", tuple(range(PUBLISHED_OPEN_AGE + 1)))
