"""One column of text -> one column of its type, and the cells that do not fit.

Vectorised over the different texts of a column; a cell is looked at alone only to say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from forecast.tables.aliases import labels
from forecast.tables.near import did_you_mean, in_words
from forecast.tables.schema import Column

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
# A figure with or without thousands separators, or with an exponent as Parquet writes it.
FIGURE = r"^(?:[+-]?(?:[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|[+-]?\.[0-9]+)$"
DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
NOTHING = frozenset({"nan", "inf", "-", "--", "—", "na", "n/a", "null", "none", "无"})


@dataclass(frozen=True, slots=True)
class Misfit:
    """Cells of a column that share one fault.

    at        which rows
    expected  what should stand there
    way_out   what to do, given the text of the cell
    """

    at: Bools
    expected: str
    way_out: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A column in its type (misfits hold a neutral value) and its misfits.

    values  Arrow strings for words; NumPy int64, float64 or datetime64[s] for the rest
    """

    values: Any
    misfits: tuple[Misfit, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """The different texts of a column, in plain form (NFKC), and which of them each row holds."""

    words: pa.Array
    rows: Ints

    def spread(self, flags: Bools) -> Bools:
        """A flag per text -> a flag per row."""
        return flags[self.rows]


def typed(text: pa.Array, column: Column) -> Typed:
    """Give a column of text the type of the schema.

    Words stay words, blank = empty string. Figures become int64 where every cell must hold a whole number, else float64
    with NaN for a blank; days become datetime64[s] with NaT for a blank. A blank is never zero (law 9).
    """
    if column.kind == "text":
        return Typed(text, _blanks(_flags(pc.equal(text, "")), column))
    encoded = text.dictionary_encode()
    words = pc.utf8_trim_whitespace(pc.utf8_normalize(encoded.dictionary, form="NFKC"))
    coded = Coded(words, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
    blank = coded.spread(_flags(pc.equal(words, "")))
    if column.kind == "date":
        result = _days(coded, blank)
    elif column.kind == "choice":
        result = _choices(coded, blank, column)
    elif column.kind == "code":
        result = _codes(coded, blank)
    else:
        result = _figures(coded, blank, column)
    misfits = (*_blanks(blank, column), *result.misfits)
    return Typed(result.values, tuple(misfit for misfit in misfits if misfit.at.any()))


def _flags(array: pa.Array) -> Bools:
    flags: Bools = array.to_numpy(zero_copy_only=False)
    return flags


def _blanks(blank: Bools, column: Column) -> tuple[Misfit, ...]:
    if column.required != "yes" or not blank.any():
        return ()
    if column.numeric:
        hint = "a blank is not zero (law 9): write the figure, 0 if it is none, or leave the row out"
        return (Misfit(blank, "a figure", lambda _: hint),)
    return (Misfit(blank, "a value", lambda _: "fill the cell, or leave the row out"),)


def _codes(coded: Coded, blank: Bools) -> Typed:
    fits = coded.spread(_flags(pc.match_substring_regex(coded.words, r"^[0-9]+(\.0)?$")))
    # a spreadsheet that took the code for a figure may have left `.0`
    words = pc.replace_substring_regex(coded.words, r"\.0$", "")
    hint = "write the code as text, for instance 230102"
    return Typed(words.take(pa.array(coded.rows)), (Misfit(~fits & ~blank, "digits only", lambda _: hint),))


def _choices(coded: Coded, blank: Bools, column: Column) -> Typed:
    known = labels(column)
    found = [known.get(word.lower()) for word in coded.words.to_pylist()]
    fits = coded.spread(np.array([word is not None for word in found], dtype=bool))
    words = pa.array([word or "" for word in found], pa.large_string()).take(pa.array(coded.rows))
    expected = f"one of {in_words(column.allowed)}"

    def hint(word: str) -> str:
        # a figure is no misspelling of another one
        return column.meaning_en if word.isdigit() else did_you_mean(word, known)

    return Typed(words, (Misfit(~fits & ~blank, expected, hint),))


def _days(coded: Coded, blank: Bools) -> Typed:
    days = np.array([_day(word) for word in coded.words.to_pylist()], dtype="datetime64[s]")[coded.rows]
    return Typed(days, (Misfit(np.isnat(days) & ~blank, "a day such as 2020-11-01"),))


def _day(word: str) -> np.datetime64:
    found = DAY.fullmatch(word)
    try:
        year, month, day = found.groups() if found else ("", "", "")
        return np.datetime64(f"{year}-{month:0>2}-{day:0>2}", "s")
    except ValueError:  # no such day
        return np.datetime64("NaT", "s")


def _figures(coded: Coded, blank: Bools, column: Column) -> Typed:
    words = coded.words
    if column.kind == "year":
        words = pc.replace_substring_regex(words, r"\s*年$", "")
    fitting = pc.match_substring_regex(words, FIGURE)
    bare = pc.replace_substring_regex(words, r"^\+|[, ]", "")
    figures = pc.if_else(fitting, bare, pa.scalar(None, pa.large_string())).cast(pa.float64())
    values = figures.to_numpy(zero_copy_only=False)[coded.rows]
    fits = np.isfinite(values)
    what = "a year such as 2020" if column.kind == "year" else "a number"
    misfits = [Misfit(~fits & ~blank, what, _hint)]
    if column.whole:
        whole = fits & (values == np.floor(values))
        misfits.append(Misfit(fits & ~whole, "a whole number"))
        fits = whole
    low = 0.0 if column.kind == "count" else column.minimum
    if low is not None:
        misfits.append(Misfit(fits & (values < low), f"not less than {low:g}"))
    if column.maximum is not None:
        misfits.append(Misfit(fits & (values > column.maximum), f"not more than {column.maximum:g}"))
    if column.whole and column.required == "yes":
        return Typed(np.where(fits, values, 0.0).astype(np.int64), tuple(misfits))
    return Typed(np.where(fits, values, np.nan), tuple(misfits))


def _hint(word: str) -> str:
    if word.endswith("%"):
        return "write the figure without the sign; the schema names the unit"
    return "leave the cell blank if there is no figure" if word.lower() in NOTHING else ""
