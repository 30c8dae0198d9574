"""How far the use of homes of one area is from the nation on each trajectory."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.demography.noise import Draws
from forecast.run.model import Result
from forecast.services.care.eldercare import Eldercare
from forecast.services.premises import plain


def care_level(result: Result, draws: Draws, code: str) -> Floats:
    """A standard normal number of the area's own (draw,).

    Where residents of the whole city were counted, so that only the areas of it differ, it is shifted so that the odds
    of homes of the areas under that count keep their mean on every trajectory:

        y' = y + l / 2 - log(sum of w exp(l y)) / l        w: share of each area in the residents that were counted
    """
    own = _normal(draws, code)
    housed = result.services.get("eldercare")
    care = None if housed is None else plain(housed)
    if not isinstance(care, Eldercare) or care.spec.use.local is None:
        return own
    codes, counts, spread = list(care.people.areas), care.here.counts, care.spec.use.local.value
    count = counts[codes.index(code)]
    if count is None or count.area != result.parents[0].code or spread == 0.0:
        return own
    under = [place for place, item in enumerate(counts) if item is not None and item.area == count.area]
    residents = result.demand["eldercare"].find("users", "institution").values[care.people.place(count.year), under]
    normals = np.stack([_normal(draws, codes[place]) for place in under])
    mean = residents / residents.sum() @ np.exp(spread * normals)
    return np.asarray(own + 0.5 * spread - np.log(mean) / spread)


def _normal(draws: Draws, code: str) -> Floats:
    return np.asarray(draws.normals(f"{code} eldercare level", 1)[0, 0])
