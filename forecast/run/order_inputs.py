"""What the tables know of births by order: the pattern by age, the nation's shares, children ever born."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.axes import AGES, Floats
from forecast.demography.evidence import OrderEvidence
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.errors import InputError
from forecast.project.spec import Models

EVER_BORN = "mean_children_ever_born_women_15_64"


def order_evidence(frames: Mapping[str, pd.DataFrame], models: Models, areas: tuple[str, ...]) -> OrderEvidence:
    """Evidence of births by order; what is missing is named with its table and the way out (law 9)."""
    head, times = models.project.project, models.project.time
    children: dict[str, float] = {}
    if models.births.model.engine == "parity":
        children = _children(frames["indicators"], times.census, (*areas, head.province, head.nation))
    return OrderEvidence(_schedule(frames, models), _shares(frames, head.nation, times.census.year), children)


def _schedule(frames: Mapping[str, pd.DataFrame], models: Models) -> Floats:
    """Births per woman by order and single age (order, age)."""
    wanted = models.births.orders.schedule
    frame = frames["fertility"]
    chosen = frame[
        (frame["area"] == wanted.area)
        & (frame["year"] == wanted.year)
        & (frame["age_width"] == 1)
        & frame["order"].isin(ORDER_NAMES)
    ]
    out = np.zeros((len(ORDER_NAMES), AGES))
    for order, age, rate in zip(chosen["order"], chosen["age_start"], chosen["births_per_1000_women"], strict=True):
        out[ORDER_NAMES.index(order), int(age)] = float(rate) / 1000.0
    missing = [name for name, row in zip(ORDER_NAMES, out, strict=True) if not row.any()]
    if missing:
        raise InputError.one(
            "data/**/fertility",
            f"rates of {wanted.area} in {wanted.year} by single age of mother for the orders {', '.join(ORDER_NAMES)}",
            f"none for {', '.join(missing)}",
            "add the rows, or name another place in models/births.toml, key orders.schedule",
        )
    return out


def _shares(frames: Mapping[str, pd.DataFrame], nation: str, first: int) -> dict[int, Floats]:
    """Shares of the orders by year from the launch on, wherever second and third and later are known."""
    frame = frames["order_shares"]
    chosen = frame[(frame["area"] == nation) & (frame["year"] >= first)]
    found: dict[int, Floats] = {}
    for year, rows in chosen.groupby("year"):
        percent = dict(zip(rows["order"], rows["percent"], strict=True))
        if {"2", "3+"} <= set(percent):
            later = np.array([float(percent["2"]), float(percent["3+"])]) / 100.0
            found[int(str(year))] = np.array([1.0 - later.sum(), *later])
    if not found:
        what = f"shares of second and of third and later births of {nation} in a year from {first} on"
        raise InputError.one("data/**/order_shares", what, "none", "add the rows")
    return found


def _children(frame: pd.DataFrame, census: object, places: tuple[str, ...]) -> dict[str, float]:
    """Mean children ever born to women of 15-64 at the census, by place."""
    chosen = frame[(frame["indicator"] == EVER_BORN) & (frame["date"] == pd.Timestamp(str(census)))]
    known = {str(area): float(value) for area, value in zip(chosen["area"], chosen["value"], strict=True)}
    missing = [place for place in places if place not in known]
    if missing:
        raise InputError.one(
            f"data/**/indicators, date {census}, indicator {EVER_BORN}",
            "children ever born of every area and of its province and nation",
            f"none for {', '.join(missing[:10])}",
            'add the rows, or set model.engine = "incidence" in models/births.toml: births by order without parity',
        )
    return {place: known[place] for place in places}
