"""Where the areas lie, how urban they are, and how many of their residents are registered elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.axes import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """What is known of the areas as places, at both censuses.

    lon, lat   seat, degrees                                                        (area,)
    urban      residents in towns                                                   (census, area)
    near       residents registered elsewhere in the province, not in the area      (census, area)
    far        residents registered in another province                             (census, area)
    """

    lon: Floats
    lat: Floats
    urban: Floats
    near: Floats
    far: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Dwellings:
    """Dwellings completed in a year.

    completed  dwellings                                                      (area,)
    household  people in an occupied one, NaN where only the assumption holds  (area,)
    """

    completed: Floats
    household: Floats
