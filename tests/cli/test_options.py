from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from forecast.cli.options import language, settings_of
from forecast.cli.show import texts

Call = Callable[..., Result]


@pytest.mark.parametrize(
    "order",
    [
        ("--project", "{}", "--json", "scenario", "list"),
        ("scenario", "--json", "--project", "{}", "list"),
        ("scenario", "list", "--project", "{}", "--json"),
    ],
    ids=["before", "between", "behind"],
)
def test_common_options_stand_anywhere(order: tuple[str, ...], city: Path, forecast: Call) -> None:
    done = forecast(*(word.format(city) for word in order))
    assert json.loads(done.stdout)[0]["name"] == "baseline"


def test_the_last_one_counts(city: Path, tmp_path: Path, forecast: Call) -> None:
    done = forecast("--project", tmp_path, "--lang", "en", "scenario", "--lang", "zh", "list", "--project", city)
    assert done.stdout.startswith("名称")


def test_out_lies_in_the_project_unless_named() -> None:
    assert settings_of({"project": Path("city")}, {}).out == Path("city/out")
    assert settings_of({"project": Path("city"), "out": Path("there")}, {}).out == Path("there")


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({"LANG": "zh_CN.GBK"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "zh_TW", "LANG": "en_US"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({}, "en"),
    ],
)
def test_language_of_the_system(environ: dict[str, str], lang: str) -> None:
    assert language(environ) == lang
    assert settings_of({}, environ).lang == lang


def test_lang_is_taken_from_the_environment(city: Path, forecast: Call) -> None:
    assert forecast("scenario", "list", "--project", city, lang="zh_CN.UTF-8").stdout.startswith("名称")


def test_every_text_has_both_languages_and_the_same_blanks() -> None:
    chinese, english = texts("zh"), texts("en")
    for key, text in english.items():
        assert text
        assert chinese[key]
        assert sorted(part.split("}")[0] for part in text.split("{")[1:]) == sorted(
            part.split("}")[0] for part in chinese[key].split("{")[1:]
        ), key
