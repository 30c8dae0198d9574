"""What the files of kindergarten and school may say of enrolment."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.project.spec import Models

HEAD = '[scenario]\nname = "trial"\nbase = "baseline"\ntitle_zh = "x"\ntitle_en = "x"\nwhy = "made"\n'


def under(project: Path, text: str) -> Models:
    (project / "models" / "scenarios" / "trial.toml").write_text(f"{HEAD}\n{text}", "utf-8")
    return load_models(project, load_scenario(project, "trial"))


def stated(value: float) -> str:
    return f'{{ value = {value}, status = "assumed", source = "laoyou-method", why = "made" }}'


def test_the_bundled_spreads(harbin: Path) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    school = models.school.take_up
    assert models.kindergarten.take_up.spread.value > school.senior.spread.value > school.primary.spread.value > 0
    assert not models.kindergarten.take_up.points
    for path in (models.kindergarten.take_up, school.primary, school.junior, school.senior):
        assert path.spread.status == "assumed"
        assert path.spread.why


def test_a_scenario_bends_the_path_of_one_stage(project: Path) -> None:
    text = f"[kindergarten.take_up.points]\n2030 = {stated(0.95)}\n[school.take_up.senior.points]\n2035 = {stated(0.9)}"
    models = under(project, text)
    assert {year: item.value for year, item in models.kindergarten.take_up.points.items()} == {2030: 0.95}
    assert {year: item.value for year, item in models.school.take_up.senior.points.items()} == {2035: 0.9}
    assert not models.school.take_up.primary.points


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[kindergarten.take_up.points]\n2030 = {stated(1.5)}", r"points\.2030\.value: expected a number from 0 to 1"),
        (f"[kindergarten.take_up.points]\nsoon = {stated(0.5)}", r"take_up\.points\.soon"),
        (f"[kindergarten.take_up]\nspread = {stated(-0.1)}", r"spread\.value: expected a number from 0 to 1"),
        ("[school.take_up.secondary]\nspread = 1", r"take_up\.secondary: expected one of primary, junior, senior"),
    ],
)
def test_what_is_wrong_is_named(project: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        under(project, text)


def test_a_file_without_spreads_says_what_is_missing(project: Path) -> None:
    path = project / "models" / "school.toml"
    text = path.read_text("utf-8")
    start, end = text.index("[take_up.senior]"), text.index("[[stage]]")
    path.write_text(text[:start] + text[end:], "utf-8")
    with pytest.raises(InputError, match=r"school\.toml, key take_up\.senior: expected a value, found nothing"):
        load_models(project, load_scenario(project, "baseline"))
