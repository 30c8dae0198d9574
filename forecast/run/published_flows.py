"""Published moves read again: who comes to an area and who leaves it, in whole persons that add up (law 4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.kernels.controls import largest_remainder
from forecast.run.flow_frames import GROUPS
from forecast.run.inputs import Area
from forecast.run.runs import manifest

TABLE = "flows"
KINDS = ("inside", "province", "nation")
"""Where the other end of a move lies: inside the city, in the rest of the province, in the rest of the country."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Arrivals and departures of the areas in whole persons, by the other end (area, kind)."""

    arrivals: Floats
    departures: Floats

    @property
    def net(self) -> Floats:
        """Arrivals less departures (area,)."""
        return np.asarray((self.arrivals - self.departures).sum(axis=-1))

    @property
    def over_the_border(self) -> tuple[Floats, Floats]:
        """Who came to the city and who left it, by the kinds of other end that lie beyond it."""
        return self.arrivals[:, 1:].sum(axis=0), self.departures[:, 1:].sum(axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Whole persons who came to a place, and who left it, in one year.

    places      where they came from and went to      came, went          (place,)
    ages        broad ages at the year's end          arrived, left       (age,)
    """

    places: tuple[Area, ...]
    came: Floats
    went: Floats
    ages: tuple[str, ...]
    arrived: Floats
    left: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PublishedFlows:
    """Moves of one scenario of a run; people held apart are not in them.

    places  the areas, then the rest of the province and of the country under the codes of those
    moves   persons, nought where nothing is counted    (year, age, origin, destination)
    status  of each year
    told    whether a table of moves said who goes where
    """

    city: Area
    places: tuple[Area, ...]
    years: tuple[int, ...]
    ages: tuple[str, ...]
    status: tuple[str, ...]
    moves: Floats
    told: bool = False

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas of the city."""
        return self.places[:-2]

    def whole(self, year: int) -> Floats:
        """Moves of all ages in whole persons (origin, destination)."""
        both = self.moves[self._at(year)].sum(axis=0)
        return largest_remainder(both.reshape(-1)).reshape(both.shape)

    def sides(self, year: int) -> Sides:
        """Arrivals and departures of every area."""
        whole, areas = self.whole(year), len(self.areas)

        def by_kind(ends: Floats) -> Floats:
            return np.column_stack([ends[:areas].sum(axis=0), ends[areas], ends[areas + 1]])

        return Sides(by_kind(whole[:, :areas]), by_kind(whole[:areas].T))

    def around(self, code: str, year: int) -> Around:
        """Moves over the border of an area, or of the city."""
        here = np.array([code in (place.code, self.city.code) for place in self.areas] + [False, False])
        whole, single = self.whole(year), self.moves[self._at(year)]
        came, went = whole[~here][:, here].sum(axis=1), whole[here][:, ~here].sum(axis=0)
        arrived = largest_remainder(single[:, ~here][..., here].sum(axis=(-2, -1)), came.sum())
        left = largest_remainder(single[:, here][..., ~here].sum(axis=(-2, -1)), went.sum())
        others = tuple(place for place, inside in zip(self.places, here, strict=True) if not inside)
        return Around(others, came, went, self.ages, arrived, left)

    def net(self) -> Floats:
        """Arrivals less departures, not rounded (year, area)."""
        both, areas = self.moves.sum(axis=1), len(self.areas)
        return np.asarray((both.sum(axis=1) - both.sum(axis=2))[:, :areas])

    def _at(self, year: int) -> int:
        if year not in self.years:
            raise InputError.one("--year", f"a year from {self.years[0]} to {self.years[-1]}", str(year))
        return self.years.index(year)


def published_flows(folder: Path, scenario: str) -> PublishedFlows:
    """The moves of a scenario; ``InputError`` where the run has none: its engine knows net migration only."""
    path, says = folder / f"{TABLE}.parquet", manifest(folder)
    table = pq.read_table(path, filters=[("scenario", "=", scenario)]) if path.is_file() else None
    if table is None or not table.num_rows:
        where = f"moves of {scenario} in run {says['run']}"
        what, found = "arrivals and departures by place", "none: its engine of movement knows net migration only"
        way_out = (
            'set model.engine = "flows" in models/movement.toml and run again; '
            "`forecast moves --past` shows net migration between the censuses"
        )
        raise InputError.one(where, what, found, way_out)
    head = says["scenarios"][scenario]["spec"]["project"]["project"]
    known = {row["area"]: Area(row["area"], row["name_zh"], row["name_en"], row["level"], "") for row in says["areas"]}
    pools = (head["province"], head["nation"])
    frame = table.select(["area", "origin", "year", "part", "point", "status", "source"]).to_pandas()
    there = set(frame["area"].astype(str))
    places = (*(area for area in known.values() if area.code in there - set(pools)), *(known[code] for code in pools))
    order = {place.code: at for at, place in enumerate(places)}
    years, year = np.unique(frame["year"].to_numpy(), return_inverse=True)
    ages = {name: at for at, name in enumerate(GROUPS)}
    moves = np.zeros((len(years), len(ages), len(places), len(places)))
    cells = [frame[name].astype(str).map(index) for name, index in (("part", ages), ("origin", order), ("area", order))]
    moves[(year, *(cell.to_numpy(np.intp) for cell in cells))] = frame["point"].to_numpy(np.float64)
    status = frame.drop_duplicates("year").sort_values("year")["status"].astype(str)
    return PublishedFlows(
        known[head["city"]],
        places,
        tuple(int(item) for item in years),
        tuple(ages),
        tuple(status),
        moves,
        ";" in str(frame["source"].iloc[0]),
    )
