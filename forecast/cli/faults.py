"""Faults in the language of the command line: the frame and the usual places and words; what is particular stays."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from forecast.cli.show import texts
from forecast.errors import Fault

PLACES = ("row", "rows", "column", "key", "year", "date", "sheet", "line", "byte")
"""Words that name a place inside a file, each with a text ``place.WORD``."""
PHRASE = "phrase."
"""Keys of the texts begin so where a whole part of a fault is one of the usual ones."""
BEGINS = ("did you mean ", "one of ", "a known ")
"""Beginnings after which come names that need no translation, each with a text ``begin.WORDS``."""


def told(fault: Fault, lang: str) -> str:
    """One fault as it is printed: where, what is expected, what was found, the way out.

    >>> print(told(Fault("data/births.csv, row 12, column births", "a value", "a blank cell"), "zh"))
    错误：data/births.csv，第12行，births列：应为 一个值，实为 空白单元格
    """
    words = texts(lang)
    if lang == "en":
        return f"{words['fault.head']}{fault}"
    said = {name: phrase(getattr(fault, name), lang) for name in ("expected", "found", "way_out")}
    line = words["fault.head"] + words["fault.line"].format(where=place(fault.where, lang), **said)
    return f"{line}\n{words['fault.way_out'].format(**said)}" if fault.way_out else line


def phrase(text: str, lang: str) -> str:
    """A usual phrase in a language, or one that begins as usual; anything else as it is.

    >>> phrase("did you mean births?", "zh"), phrase("none", "zh"), phrase("9,110,000", "zh")
    ('是否指 births?', '无', '9,110,000')
    """
    words = texts(lang)
    for begin in BEGINS:
        if text.startswith(begin):
            return f"{words[f'begin.{begin.strip()}']}{text.removeprefix(begin)}"
    return words.get(f"{PHRASE}{text}", text)


def place(where: str, lang: str) -> str:
    """A place with its usual words in a language.

    >>> place("data/**/controls, year 2030", "zh"), place("models/movement.toml, key students.campus", "zh")
    ('data/**/controls，2030年', 'models/movement.toml，键students.campus')
    """
    words = texts(lang)

    def named(found: re.Match[str]) -> str:
        return words[f"place.{found[1]}"].format(found[2])

    return re.sub(rf", ({'|'.join(PLACES)}) ([^,]+)", named, where)


def print_faults(faults: Iterable[Fault], lang: str) -> None:
    """Every fault on stderr, each with its own head."""
    for fault in faults:
        click.echo(told(fault, lang), err=True)
