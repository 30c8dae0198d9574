"""Counties counted twice, ten years apart: what could have been said then, and what other provinces would have said.

With a single census behind it no cohort method has ratios to go by. Two things are scored: no change, which was
possible then; and the ten-year cohort ratios that the counties of all other provinces turned out to have, which was
not, but tells how far one pattern for all carries.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.backtest.scores import point_scores

GROUPS = {
    "0-4": (0, 1),
    "5-9": (1, 2),
    "10-14": (2, 3),
    "15-59": (3, 12),
    "60+": (12, None),
    "65+": (13, None),
    "80+": (16, None),
}
"""Cells of five years, the open one 85+."""
CHILDREN, WOMEN = 2, slice(4, 8)
"""Cells born between the censuses; women of 20-39."""
LINKED = (0.5, 2.0)
"""Ratio of totals within which a county of the same name is taken for the same area."""


def counties(folder: Path) -> pd.DataFrame | None:
    """Scores of a folder with ``population.parquet`` of two censuses and ``code_link.parquet``; None without them."""
    people, link, about = (folder / f"{name}.parquet" for name in ("population", "code_link", "county_attributes"))
    if not (people.is_file() and link.is_file() and about.is_file()):
        return None
    frame = pd.read_parquet(people)
    years = sorted(set(frame["year"]))
    if len(years) != 2 or years[1] - years[0] != 10 or 1 not in set(frame["age_lo"]):
        return None
    linked = pd.read_parquet(link)
    same = linked[linked["same_name"] & linked["ratio"].between(*LINKED)]
    areas = sorted(same["area"].astype(str))
    first, last = (_cells(frame[frame["year"] == year], areas) for year in years)
    named = pd.read_parquet(about, columns=["area", "province"]).dropna().astype(str).drop_duplicates("area")
    provinces = named.set_index("area")["province"]
    carried = _carried(first, last, provinces.reindex(areas).astype(str).to_numpy())
    rows = []
    for method, got in (("no-change", first), ("ratios of other provinces (hindsight)", carried)):
        for group, (low, high) in GROUPS.items():
            forecast, came = (cells[..., low:high].sum(axis=(1, 2)) for cells in (got, last))
            rows.append({"method": method, "group": group, "cases": len(areas), **point_scores(forecast, came)})
    return pd.DataFrame(rows)


def _cells(frame: pd.DataFrame, areas: list[str]) -> Floats:
    """Persons (area, sex, cell) of five-year cells, 0 and 1-4 together."""
    here = frame.assign(area=frame["area"].astype(str), cell=np.where(frame["age_lo"] < 5, 0, frame["age_lo"] // 5))
    sums = here.groupby(["area", "sex", "cell"], observed=True)["pop"].sum()
    wanted = pd.MultiIndex.from_product([areas, ["m", "f"], range(18)])
    return np.asarray(sums.reindex(wanted).fillna(0.0).to_numpy(np.float64).reshape(len(areas), 2, 18))


def _carried(first: Floats, last: Floats, provinces: np.ndarray) -> Floats:
    """Ten years on by the cohort ratios, and the children per woman, of all provinces but a county's own."""
    out = np.zeros_like(first)
    for province in np.unique(provinces):
        mine, others = provinces == province, provinces != province
        start, end, here = first[others].sum(axis=0), last[others].sum(axis=0), first[mine]
        ratio = end[:, 2:-1] / start[:, :-3]
        out[mine, :, 2:-1] = here[:, :, :-3] * ratio
        open_ratio = end[:, -1] / start[:, -3:].sum(axis=1)
        out[mine, :, -1] = here[:, :, -3:].sum(axis=2) * open_ratio
        for cell in range(CHILDREN):
            per_woman = end[:, cell] / end[1, WOMEN].sum()
            out[mine, :, cell] = out[mine, 1, WOMEN].sum(axis=1)[:, None] * per_woman
    return out
