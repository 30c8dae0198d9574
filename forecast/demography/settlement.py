"""Where the areas lie, how urban they are, and how many of their residents are registered elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """What is known of the areas as places, at both censuses.

    lon, lat   seat, degrees                                                        (area,)
    urban      residents in towns                                                   (census, area)
    near       residents registered elsewhere in the province, not in the area      (census, area)
    far        residents registered in another province                             (census, area)
    boxes      western, southern, eastern and northern edge, degrees                 (4, area)
    """

    lon: Floats
    lat: Floats
    urban: Floats
    near: Floats
    far: Floats
    boxes: Floats

    def contiguous(self) -> Floats:
        """1 where the boxes of two areas meet: a stand-in for a common border (area, area)."""
        west, south, east, north = self.boxes
        apart = (west[:, None] > east) | (east[:, None] < west) | (south[:, None] > north) | (north[:, None] < south)
        return np.where(apart, 0.0, 1.0) * (1.0 - np.eye(len(west)))


@dataclass(frozen=True, slots=True, eq=False)
class Dwellings:
    """Dwellings completed in a year.

    completed  dwellings                                                      (area,)
    household  people in an occupied one, NaN where only the assumption holds  (area,)
    """

    completed: Floats
    household: Floats
