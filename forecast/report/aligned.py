"""Text in columns and in lines of a given width, where a Chinese character takes two cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

CLOSING = "，。；：、）”%"
"""Marks that never begin a line."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns under one head: cells[row][column], row 0 the columns' own heads; numbers stand to the right."""

    head: str
    cells: Sequence[Sequence[str]]
    left: bool = False

    @property
    def widths(self) -> tuple[int, ...]:
        """Width of each column in terminal cells; the first one gives way to a long head."""
        found = [max(cell_len(cell) for cell in column) for column in zip(*self.cells, strict=True)]
        found[0] += max(0, cell_len(self.head) - sum(found) - len(found) + 1)
        return tuple(found)

    @property
    def width(self) -> int:
        """Width of all columns with a blank between them."""
        return sum(self.widths) + len(self.widths) - 1

    def line(self, row: int) -> str:
        """One row, aligned."""
        return " ".join(
            padded(cell, width, self.left) for cell, width in zip(self.cells[row], self.widths, strict=True)
        )


def padded(text: str, width: int, left: bool = False) -> str:
    """A text filled up to a width in terminal cells."""
    blank = " " * max(0, width - cell_len(text))
    return text + blank if left else blank + text


def wrapped(text: str, room: int) -> list[str]:
    """A text in lines of at most ``room`` cells: broken at blanks, and anywhere between Chinese characters."""
    lines, line = [], ""
    for piece in pieces(text):
        if line and cell_len(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = "  "
        line += piece
    return [*lines, line.rstrip()]


def pieces(text: str) -> list[str]:
    """Where a line may be broken: after a blank and after a wide character that no closing mark follows."""
    found, word = [], ""
    for place, letter in enumerate(text):
        word += letter
        follows = text[place + 1 : place + 2]
        if letter == " " or (follows and (cell_len(letter) == 2 or cell_len(follows) == 2) and follows not in CLOSING):
            found.append(word)
            word = ""
    return [*found, word] if word else found
