"""Every text of the summary and the report, Chinese and English, from one table of texts (``texts.csv``)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from forecast.errors import InputError

LANGUAGES = ("zh", "en")


@cache
def rows() -> tuple[Mapping[str, str], ...]:
    """The table of texts as it stands: key, zh, en."""
    text = (files("forecast.report") / "texts.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    lang: str
    table: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its ``{names}`` filled in."""
        return self.table[key].format(**values) if values else self.table[key]

    def label(self, group: str, name: str) -> str:
        """The word for a name that comes from data, or the name itself where nobody has given one."""
        return self.table.get(f"{group}.{name}", name)

    def listed(self, items: list[str]) -> str:
        """Several words in a row."""
        return self.table["list.comma"].join(items)


@cache
def texts(lang: str) -> Texts:
    """The texts of a language; ``InputError`` for one we do not speak."""
    if lang not in LANGUAGES:
        raise InputError.one("--lang", f"one of: {', '.join(LANGUAGES)}", lang)
    return Texts(lang, {row["key"]: row[lang] for row in rows()})
