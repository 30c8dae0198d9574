"""Two families of trouble: the input is wrong (one clear message, exit 1), or we are wrong (a traceback)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 10
"""How many faults of one kind a message spells out before it counts the rest (law 9)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the input, and how to mend it.

    where     file, and row, column, sheet or key as far as known: ``data/births.csv, row 12, column births``
    expected  what should stand there
    found     what stands there
    way_out   what to do
    """

    where: str
    expected: str
    found: str
    way_out: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: expected {self.expected}, found {self.found}"
        return f"{text}\n  {self.way_out}" if self.way_out else text


class ForecastError(Exception):
    """Whatever this program says to its user; the command line turns it into a message and an exit code."""

    exit_code = 1


class InputError(ForecastError):
    """The input is wrong: all faults at once, each with its place (law 9)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        shown = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            shown.append(f"... and {len(self.faults) - SHOWN} more")
        super().__init__("\n".join(shown))

    @classmethod
    def one(cls, where: str, expected: str, found: str, way_out: str = "") -> InputError:
        """An error with a single fault; see ``Fault``."""
        return cls([Fault(where, expected, found, way_out)])


class TooLittleHistory(InputError):
    """An engine needs more history than the project holds."""


class BalanceError(ForecastError):
    """People appeared or vanished between two years (law 6): the run fails and publishes nothing."""


class RunLocked(ForecastError):
    """Another process is writing to the same output folder."""

    exit_code = 5
