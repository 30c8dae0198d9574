"""Controls that change people within their year by more than years do: a warning each, before and after a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from forecast.cli.options import LANGUAGES
from forecast.cli.show import in_years, texts
from forecast.run.control_frames import JUMP, TABLE
from forecast.run.runs import manifest

Names = Mapping[str, Mapping[str, str]]
"""Names of areas by language and code."""
Blanks = dict[str, object]


def jumps(controls: pd.DataFrame, names: Names, between: str) -> list[tuple[str, Blanks]]:
    """Keys of texts and what goes into their blanks, for each row of the published table that jumps.

    between  as models/movement.toml says: the years before a control are free, or lead to it
    """
    far = controls[controls["jump"].abs() > JUMP]
    return [
        (f"warn.jump.{between}", _blanks({str(key): row[key] for key in row}, names)) for row in far.to_dict("records")
    ]


def _blanks(row: Mapping[str, object], names: Names) -> Blanks:
    figures = {key: row[key] for key in ("area", "year", "free", "before", "after", "factor", "jump")}
    name = {lang: known[str(row["area"])] for lang, known in names.items()}
    return {**figures, "name": name, "whom": {lang: whom(row, lang) for lang in names}}


def filled(key: str, blanks: Mapping[str, object], lang: str) -> str:
    """A text of the command line with its blanks filled in; those that differ by language are mappings."""
    found = {name: value[lang] if isinstance(value, Mapping) else value for name, value in blanks.items()}
    return texts(lang)[key].format(**found)


def whom(row: Mapping[str, object], lang: str) -> str:
    """Whom a control counts.

    >>> whom({"sex": "female", "group": "60-79"}, "zh"), whom({"sex": "both", "group": "all"}, "en")
    ('60-79岁女性人数', 'people')
    """
    words = texts(lang)
    ages = "" if row["group"] == "all" else in_years(str(row["group"]), lang)
    return words[f"whom.{row['sex']}{'.ages' if ages else ''}"].format(ages=ages)


def published_jumps(folder: Path, scenario: str, lang: str) -> list[str]:
    """What to say of one scenario of a published run; nothing where it has no controls."""
    path = folder / f"{TABLE}.parquet"
    if not path.is_file():
        return []
    says = manifest(folder)
    names = {key: {row["area"]: row[f"name_{key}"] for row in says["areas"]} for key in LANGUAGES}
    frame = pd.read_parquet(path).astype({"scenario": str, "area": str, "sex": str, "group": str})
    between = says["scenarios"][scenario]["spec"]["movement"]["controls"]["between"]
    found = jumps(frame[frame["scenario"] == scenario], names, between)
    return [texts(lang)["warn.head"] + filled(key, blanks, lang) for key, blanks in found]
