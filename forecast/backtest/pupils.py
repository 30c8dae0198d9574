"""Panels of pupils by grade, and the methods that forecast them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.backtest.folder import AREA, named
from forecast.backtest.methods import Method
from forecast.demography.noise import Draws, Noise
from forecast.errors import InputError
from forecast.services.pupils.progression import PUPIL_ENGINES, GradeProgression
from forecast.services.pupils.pupils import PupilEngine, Pupils
from forecast.services.pupils.rolls import trajectories

PUPILS = ("pupils", "headcount")
MID_YEAR = 7
"""Month of the count of births that is taken: of the twelve months to mid-year."""
MIDDLE_OF_YEAR = 4.0 - 1.0 / 6.0
"""School years from births of the twelve months to mid-year to reception (see ``Pupils``)."""
FEWEST = {"authority": 1_000.0, "district": 200.0}
"""Pupils of all grades that an area must have in every year; smaller ones are single schools."""


@dataclass(frozen=True, eq=False)
class PupilPanel:
    """Pupils of all areas.

    pupils     the whole history; NaN where a count is withheld
    stages     grades that are scored together, by name
    entry_age  completed age at entry
    transfers  grades that begin in another school
    left_out   areas too small, or with grades that were not counted
    """

    name: str
    pupils: Pupils
    stages: Mapping[str, tuple[str, ...]]
    entry_age: int
    transfers: tuple[int, ...]
    left_out: tuple[str, ...] = ()

    @property
    def areas(self) -> tuple[str, ...]:
        """Codes or names."""
        return self.pupils.areas

    @property
    def years(self) -> tuple[int, ...]:
        """School years."""
        return tuple(self.pupils.years)

    @property
    def step(self) -> int:
        """Grades are counted every year."""
        return 1

    @property
    def groups(self) -> tuple[str, ...]:
        """Stages."""
        return tuple(self.stages)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First grade and the one after the last of each stage."""
        place = self.pupils.grades.index
        return [(place(grades[0]), place(grades[-1]) + 1) for grades in self.stages.values()]

    def grouped(self, cells: Floats) -> Floats:
        """Pupils (..., area, grade) of each stage (..., group, area)."""
        return np.stack([cells[..., low:high].sum(axis=-1) for low, high in self.spans], axis=-2)

    def counted(self, year: int) -> Floats:
        """Pupils of each stage (group, area); a withheld count counts as none."""
        found = self.grouped(np.nan_to_num(self.pupils.pupils[year - self.pupils.first]))
        return np.where(found > 0, found, np.nan)

    def size(self, year: int) -> Floats:
        """Pupils of each area (area,)."""
        return np.asarray(np.nan_to_num(self.pupils.pupils[year - self.pupils.first]).sum(axis=-1))


@dataclass(frozen=True, slots=True)
class ByGrade:
    """An engine run over all grades, or with ``apart`` over each stage on its own, as methods without cohorts are."""

    engine: PupilEngine
    apart: bool = False

    def __call__(self, panel: PupilPanel, origin: int, years: range) -> Floats:
        """Stages (year, group, area)."""
        known = panel.pupils.until(origin)
        if not self.apart:
            return panel.grouped(self.engine.fit(known).predict(len(years)))
        parts = [
            self.engine.fit(known.part(grades)).predict(len(years)).sum(axis=-1) for grades in panel.stages.values()
        ]
        return np.stack(parts, axis=1)


PUPIL_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "no-change": ByGrade(PUPIL_ENGINES["pupils-nochange"](), apart=True),
        "repeat-growth": ByGrade(PUPIL_ENGINES["pupils-growth"](), apart=True),
        "progression-flat": ByGrade(PUPIL_ENGINES["progression-flat"]()),
        "progression-births": ByGrade(PUPIL_ENGINES["progression-births"]()),
        "progression": ByGrade(GradeProgression()),
    }
)


@dataclass(frozen=True, slots=True)
class GradeSampler:
    """Trajectories of the grade-progression engine."""

    noise: Noise

    def __call__(self, panel: PupilPanel, origin: int, years: range, draws: Draws) -> Iterator[Floats]:
        """Stages of each area (group, year, draw), the launch left out."""
        fitted = GradeProgression().fit(panel.pupils.until(origin))
        found = trajectories(fitted, len(years), panel.entry_age, self.noise, draws, transfers=panel.transfers)
        for area in range(len(panel.areas)):
            yield found.sums(area, panel.spans)[:, 1:]


def pupil_panel(folder: Path) -> PupilPanel | None:
    """The pupils of a folder, by the columns of its tables; None where it has none."""
    english, american = folder / "pupils_by_year_group.parquet", folder / "enrolment_by_grade.parquet"
    if english.is_file():
        return _english(english, folder / "births.parquet")
    return _american(american) if american.is_file() else None


def _english(path: Path, births: Path) -> PupilPanel:
    """Year groups of authorities in January, with births to mid-year where they are beside them."""
    grades = ("reception", *(f"year_group_{number}" for number in range(1, 12)))
    frame = _columns(path, {"year": ("year",), "area": AREA, "grade": ("nc_year", "grade"), "pupils": PUPILS})
    table = frame.pivot_table(index=["year", "area"], columns="grade", values="pupils", aggfunc="sum")
    if missing := [grade for grade in grades if grade not in table]:
        raise InputError.one(f"{path}, column nc_year", f"the grades {', '.join(grades)}", f"no {', '.join(missing)}")
    known = _births(births) if births.is_file() else None
    everywhere = sorted(set(frame["area"]))
    areas = [area for area in everywhere if known is None or area in known.columns]
    years = sorted(set(frame["year"]))
    rows = table.reindex(pd.MultiIndex.from_product([years, areas]))[list(grades)].to_numpy(np.float64)
    cells = rows.reshape(len(years), len(areas), len(grades))
    kept = np.isfinite(cells).all(axis=(0, 2)) & (cells.sum(axis=-1) >= FEWEST["authority"]).all(axis=0)
    if not kept.any():
        raise InputError.one(str(path), f"areas with {FEWEST['authority']:.0f} pupils or more in every year", "none")
    areas = [area for area, keep in zip(areas, kept, strict=True) if keep]
    born = None if known is None else known[areas].to_numpy(np.float64)
    first = 0 if known is None else int(known.index[0])
    pupils = Pupils(tuple(areas), grades, years[0], cells[:, kept], born, first, MIDDLE_OF_YEAR)
    stages = {"reception": grades[:1], "primary": grades[:7], "secondary": grades[7:], "year7": grades[7:8]}
    left = tuple(sorted(set(everywhere) - set(areas)))
    return PupilPanel(path.parent.name, pupils, stages, 4, (7,), left)


def _columns(path: Path, known: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """The columns of a table under one name each; ``InputError`` names the one that is not there."""
    table = pd.read_parquet(path)
    found = {}
    for name, spellings in known.items():
        column = named(table, spellings)
        if column is None:
            raise InputError.one(str(path), f"a column {' or '.join(spellings)}", f"columns {', '.join(table.columns)}")
        found[name] = table[column].astype(str) if name in ("area", "grade") else table[column]
    return pd.DataFrame(found)


def _births(path: Path) -> pd.DataFrame:
    """Births of the twelve months to mid-year (year, area), of areas that have them in every year.

    Where there is a column month, its 7 marks the counts to mid-year; a geography is one of local authorities.
    """
    known = {"year": ("year",), "area": AREA, "births": ("annual_births", "births")}
    table = pd.read_parquet(path)
    rows = pd.Series(True, index=table.index)
    if "month" in table:
        rows &= table["month"] == MID_YEAR
    if "geography" in table:
        rows &= table["geography"].astype(str).str.startswith("LAD")
    frame = _columns(path, known)[rows]
    return frame.pivot_table(index="year", columns="area", values="births", aggfunc="sum").dropna(axis=1)


def _american(path: Path) -> PupilPanel:
    """Grades of districts; small districts, whose cells are withheld, are left out."""
    grades = ("Kindergarten", *(str(number) for number in range(1, 13)))
    frame = _columns(path, {"year": ("year",), "area": AREA, "grade": ("grade",), "pupils": PUPILS})
    frame = frame[frame["grade"].isin(grades)]
    years, areas = sorted(set(frame["year"])), sorted(set(frame["area"]))
    table = frame.set_index(["year", "area", "grade"])["pupils"]
    wanted = pd.MultiIndex.from_product([years, areas, grades])
    cells = table.reindex(wanted).to_numpy(np.float64).reshape(len(years), len(areas), len(grades))
    large = (np.nansum(cells, axis=-1) >= FEWEST["district"]).all(axis=0)
    if not large.any():
        raise InputError.one(str(path), f"districts of {FEWEST['district']:.0f} pupils or more in every year", "none")
    kept = tuple(area for area, keep in zip(areas, large, strict=True) if keep)
    pupils = Pupils(kept, grades, years[0], cells[:, large])
    stages = {"K-5": grades[:6], "6-8": grades[6:9], "9-12": grades[9:], "K-12": grades}
    left = tuple(area for area, keep in zip(areas, large, strict=True) if not keep)
    return PupilPanel(path.parent.name, pupils, stages, 5, (6, 9), left)
