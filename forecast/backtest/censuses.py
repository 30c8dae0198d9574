"""Counties counted twice, ten years apart: what could have been said then, and what other counties would have said.

With a single census behind it no cohort method has ratios to go by. No change was possible then. The rest tells how
far the experience of others carries: ratios of all other provinces, or of other counties of the same province, shared
as they are, or with each county's departure told from what the first census knew of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.backtest.provinces import known_features, shared, told
from forecast.backtest.scores import point_scores

GROUPS = {
    "0-4": (0, 1),
    "5-9": (1, 2),
    "10-14": (2, 3),
    "15-59": (3, 12),
    "60+": (12, None),
    "65+": (13, None),
    "80+": (16, None),
    "all": (0, None),
}
"""Cells of five years, the open one 85+."""
LINKED = (0.5, 2.0)
"""Ratio of totals within which a county of the same name is taken for the same area."""
FOLDS = 5
"""Parts into which the counties of every province are split."""
PROVINCES = 3
"""Fewest provinces from which a regression can be learnt: one to test on, two to choose the penalty between."""
NO_CHANGE, OTHERS, NEAR = "no-change", "ratios of other provinces", "ratios of the same province"
TOLD_OTHERS, TOLD_NEAR = "other provinces, told by county", "the same province, told by county"


def counties(folder: Path) -> pd.DataFrame | None:
    """Scores of a folder with ``population.parquet`` of two censuses and ``code_link.parquet``; None without them.

    told  how much less the squared log errors are than with the ratios of other provinces, in percent: what is told of
          the differences between counties
    """
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
    return _scored(_methods(first, last, areas, pd.read_parquet(about)), last)


def _methods(first: Floats, last: Floats, areas: list[str], about: pd.DataFrame) -> dict[str, Floats]:
    """People at the second census as each method has them (county, sex, cell)."""
    known = about.assign(area=about["area"].astype(str))
    named = known[["area", "province"]].dropna().astype(str).drop_duplicates("area").set_index("area")["province"]
    provinces, together = named.reindex(areas).astype(str).to_numpy(), np.zeros(len(areas))
    # every fifth county of a province, in the order of the codes
    folds = pd.Series(provinces).groupby(provinces).cumcount().to_numpy() % FOLDS
    found = {NO_CHANGE: first, OTHERS: shared(first, last, provinces, together)}
    if folds.any():
        found[NEAR] = shared(first, last, folds, provinces)
    then = known[known["year"] == known["year"].min()] if "year" in known else known
    features = known_features(first, then.drop_duplicates("area").set_index("area").reindex(areas))
    if features is not None and len(set(provinces)) >= PROVINCES:
        found[TOLD_OTHERS] = told(first, last, features, provinces, together)
        found[TOLD_NEAR] = told(first, last, features, folds, provinces)
    return found


def _scored(found: dict[str, Floats], last: Floats) -> pd.DataFrame:
    rows = []
    for method, got in found.items():
        for group, (low, high) in GROUPS.items():
            forecast, other, came = (cells[..., low:high].sum(axis=(1, 2)) for cells in (got, found[OTHERS], last))
            squares = [
                float((np.log(np.maximum(part, 1.0) / np.maximum(came, 1.0)) ** 2).sum()) for part in (forecast, other)
            ]
            rows.append(
                {
                    "method": method,
                    "group": group,
                    "cases": len(last),
                    "told": 100.0 * (1.0 - squares[0] / max(squares[1], 1e-12)),
                    **point_scores(forecast, came),
                }
            )
    return pd.DataFrame(rows)


def _cells(frame: pd.DataFrame, areas: list[str]) -> Floats:
    """Persons (area, sex, cell) of five-year cells, 0 and 1-4 together."""
    here = frame.assign(area=frame["area"].astype(str), cell=np.where(frame["age_lo"] < 5, 0, frame["age_lo"] // 5))
    sums = here.groupby(["area", "sex", "cell"], observed=True)["pop"].sum()
    wanted = pd.MultiIndex.from_product([areas, ["m", "f"], range(18)])
    return np.asarray(sums.reindex(wanted).fillna(0.0).to_numpy(np.float64).reshape(len(areas), 2, 18))
