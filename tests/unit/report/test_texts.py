from __future__ import annotations

import re
import string
from collections import Counter
from pathlib import Path

import pytest

import forecast.report
from forecast.errors import InputError
from forecast.report.texts import rows, texts

FOLDER = Path(forecast.report.__file__).parent
KEYS = [row["key"] for row in rows()]


def sources() -> str:
    return "\n".join(path.read_text("utf-8") for path in [*FOLDER.glob("*.py"), FOLDER / "template.html"])


def called() -> tuple[set[str], set[str]]:
    """Keys named in full, and the beginnings of those put together from a name."""
    found = re.findall(r"\b(?:words|t)\(\s*f?[\"']([^\"']+)[\"']", sources())
    full = {key for key in found if "{" not in key and not key.endswith(".")}
    begun = {re.split(r"\{", key)[0] for key in found if "{" in key or key.endswith(".")}
    begun |= {f"{group}." for group in re.findall(r"\blabel\(\s*[\"'](\w+)[\"']", sources())}
    # Keys chosen between two names, or looked up in the table itself.
    full |= set(re.findall(r"[\"']((?:said|list|scores|card|peak)\.[a-z0-9.-]+)[\"']", sources()))
    begun |= {re.split(r"\{", key)[0] for key in re.findall(r"f[\"']((?:measure|chart|note)\.[^\"']*)", sources())}
    return full, begun


@pytest.mark.parametrize("row", rows(), ids=KEYS)
def test_every_text_stands_in_both_languages_with_the_same_blanks(row: dict[str, str]) -> None:
    assert set(row) == {"key", "zh", "en"}
    assert all(row.values())
    blanks = [{name for _, name, _, _ in string.Formatter().parse(row[lang]) if name} for lang in ("zh", "en")]
    assert blanks[0] == blanks[1] or (row["key"] == "scenarios.text" and blanks[0] < blanks[1])


def test_no_key_twice() -> None:
    assert [key for key, times in Counter(KEYS).items() if times > 1] == []


def test_every_key_used_exists() -> None:
    full, begun = called()
    assert sorted(full - set(KEYS)) == []
    assert sorted(start for start in begun if not any(key.startswith(start) for key in KEYS)) == []


def test_every_key_is_used() -> None:
    full, begun = called()
    starts = tuple(begun - {""})
    assert [key for key in KEYS if key not in full and not key.startswith(starts)] == []


def test_terms_of_chinese_standards() -> None:
    words = texts("zh")
    assert words("measure.nursery.places") == "托位"
    assert words("measure.places") == "学位"
    assert words("measure.eldercare.carers") == "护理员"
    assert words("measure.residents") == "常住人口"


def test_chinese_is_punctuated_as_chinese() -> None:
    half = re.compile(r"[\u4e00-\u9fff][,;:()]|[,;:()][\u4e00-\u9fff]")
    assert [row["key"] for row in rows() if half.search(row["zh"])] == []


def test_a_language_we_do_not_speak() -> None:
    with pytest.raises(InputError, match=r"--lang: expected one of: zh, en, found fr"):
        texts("fr")


def test_a_name_from_data_without_a_word_stays_as_it_is() -> None:
    assert texts("zh").label("measure", "pitches") == "pitches"
    assert texts("zh").listed(["甲", "乙"]) == "甲、乙"
