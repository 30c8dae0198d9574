"""One count that is taken as it stands, though it is unlikely."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan

from forecast.demography.engine import Override


@dataclass(frozen=True, slots=True)
class Doubt:
    """One count, or the first of several alike.

    kind            far, step, zero, apart, idle or away: a key of the texts of ``forecast check``
    where           file and row
    usual, counted  what is expected, and what stands there
    what            which count, for messages;  measure  its name among the overrides
    service         stage or kind of school;  number  grade, age, or the last year of birth
    more            how many others of the same area and year are alike
    why             in a sentence
    """

    kind: str
    where: str
    area: str
    year: int
    what: str
    measure: str
    usual: float
    counted: float
    why: str
    service: str = ""
    number: int = 0
    more: int = 0

    @property
    def ratio(self) -> float:
        """Counted over usual."""
        return self.counted / self.usual if self.usual else float("nan")

    @property
    def override(self) -> Override:
        """As a row of the table of overrides."""
        return Override(self.area, self.year, self.measure, self.usual, self.counted, self.why)

    def __str__(self) -> str:
        """In a line, with its place."""
        more = f" (and {self.more} more alike)" if self.more else ""
        figures = "" if isnan(self.usual) else f": {self.counted:,.0f}, expected about {self.usual:,.0f}"
        return f"{self.where}: {self.what}{figures}{more}; {self.why}"

    def others(self, more: int) -> Doubt:
        """The same, for so many others alike."""
        return replace(self, more=more)
