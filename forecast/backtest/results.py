"""Scores and forecasts of a back-test as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.backtest.bands import Band
from forecast.backtest.choice import Choice
from forecast.backtest.methods import PLAIN
from forecast.backtest.panel import CLASSES, size_class
from forecast.backtest.rolling import Rolled
from forecast.backtest.scores import covered, pinball, point_scores, width

ALL, LARGE = "all", ">=20k"
"""Size classes that hold several."""


def score_table(rolled: Rolled, bands: Mapping[str, Band]) -> pd.DataFrame:
    """One row for a method, group, horizon and size class: errors in percent, intervals, and the best plain method."""
    rows = [row for place, horizon in enumerate(rolled.horizons) for row in _of_horizon(rolled, bands, place, horizon)]
    frame = pd.DataFrame(rows)
    keys = ["set", "group", "horizon", "size"]
    plain = frame[frame["method"].isin(PLAIN) & frame["wape"].notna()].sort_values("wape", kind="stable")
    best = plain.drop_duplicates(keys)[[*keys, "method", "wape"]]
    best = best.rename(columns={"method": "best_plain", "wape": "best_plain_wape"})
    frame = frame.merge(best, on=keys, how="left", sort=False)
    frame["relative"] = frame["wape"] / frame["best_plain_wape"]
    return frame


def _of_horizon(rolled: Rolled, bands: Mapping[str, Band], place: int, horizon: int) -> Iterator[dict[str, object]]:
    sizes = size_class(rolled.sizes)
    for name, forecast in rolled.forecasts.items():
        for number, group in enumerate(rolled.groups):
            got, came = forecast[:, place, number], rolled.actual[:, place, number]
            for label, chosen in _classes(sizes):
                fine = np.isfinite(got) & np.isfinite(came) & chosen
                if not fine.any():
                    continue
                here = np.where(fine, came, np.nan)
                row: dict[str, object] = {"set": rolled.name, "method": name, "group": group, "horizon": horizon}
                row |= {"size": label, "origins": int(fine.any(axis=1).sum()), "cases": int(fine.sum())}
                row |= point_scores(got, here)
                if name in bands:
                    row |= _intervals(bands[name], got, here, (slice(None), place, number))
                yield row


def _classes(sizes: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    yield ALL, np.ones_like(sizes, dtype=bool)
    yield LARGE, sizes >= CLASSES.index("20-100k")
    for number, name in enumerate(CLASSES):
        yield name, sizes == number


def _intervals(band: Band, forecast: Floats, came: Floats, at: tuple[slice, int, int]) -> dict[str, float]:
    found: dict[str, float] = {}
    losses = []
    for level, (low, high) in band.ends.items():
        below, above = low[at], high[at]
        found[f"cover{level}"] = covered(below, above, came)
        found[f"width{level}"] = width(below, above, forecast)
        tail = 0.5 - level / 200.0
        losses += [pinball(below, came, tail), pinball(above, came, 1.0 - tail)]
    total = np.nansum(came)
    fine = np.isfinite(came) & np.isfinite(losses[0])
    found["pinball"] = float(100.0 * np.mean([loss[fine].sum() for loss in losses]) / total) if fine.any() else np.nan
    crps = band.crps[at][fine]
    found["crps"] = float(100.0 * crps.sum() / total) if fine.any() else np.nan
    return found


def error_table(rolled: Rolled, bands: Mapping[str, Band]) -> pd.DataFrame:
    """Every forecast beside what came: one row for a method, origin, horizon, group and area."""
    parts = []
    fine = np.argwhere(np.isfinite(rolled.actual))
    labels = (rolled.origins, rolled.horizons, rolled.groups, rolled.areas)
    keys = {
        name: pd.Categorical(np.array(label, dtype=object)[fine[:, axis]], list(label))
        if name in ("group", "area")
        else np.array(label)[fine[:, axis]]
        for axis, (name, label) in enumerate(zip(("origin", "horizon", "group", "area"), labels, strict=True))
    }
    at = tuple(fine.T)
    for name, forecast in rolled.forecasts.items():
        part = pd.DataFrame({"set": rolled.name, "method": name, **keys})
        part["forecast"], part["actual"] = forecast[at], rolled.actual[at]
        low, high = bands[name].ends[80] if name in bands else (np.full(rolled.actual.shape, np.nan),) * 2
        part["p10"], part["p90"] = low[at], high[at]
        parts.append(part)
    found = pd.concat(parts, ignore_index=True)
    return found.assign(set=found["set"].astype("category"), method=found["method"].astype("category"))


def choice_table(name: str, made: list[Choice], methods: tuple[str, ...]) -> pd.DataFrame:
    """Which method was used for each series at each origin, its score before, and the weights of the ensemble."""
    rows = [
        (name, item.origin, item.horizon, item.group, item.size, item.method, item.score, *item.weights)
        for item in made
    ]
    heads = ["set", "origin", "horizon", "group", "size", "method", "score", *(f"weight {one}" for one in methods)]
    return pd.DataFrame(rows, columns=heads)
