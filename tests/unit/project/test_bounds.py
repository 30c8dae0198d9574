"""Keys whose values would bring a traceback or an absurd figure: each is refused by its name, bounds and number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario

BEYOND: dict[str, tuple[tuple[str, float], ...]] = {
    "movement": (
        ("rates.spread", -3),
        ("rates.spread", 21),
        ("rates.prior", -5000),
        ("rates.prior", 1e8),
        ("rates.damping", 1.5),
        ("rates.damping", -0.1),
        ("rates.scale", 3),
        ("rates.scale", -1),
        ("flows.mobility", 20),
        ("flows.mobility", -1),
        ("flows.stay", 0),
        ("flows.stay", 0.01),
        ("flows.stay", 1000),
        ("gravity.origin", 50),
        ("gravity.origin", -1),
        ("gravity.destination", 3),
        ("gravity.destination", -1),
        ("gravity.distance", 1),
        ("gravity.distance", -100),
        ("gravity.back", -1),
        ("gravity.back", 50),
        ("gravity.province_km", 0),
        ("gravity.province_km", 1e6),
        ("housing.household", -1),
        ("housing.household", 0),
        ("housing.household", 100),
        ("housing.vacancy", 1.5),
        ("housing.overlap", -0.5),
        ("housing.families", 2),
        ("housing.fading", -1),
        ("housing.age", 0),
        ("housing.age", 500),
        ("housing.children", -1),
        ("housing.children", 100),
        ("residence.settled", 0),
        ("residence.settled", 2.5),
        ("residence.settled", 101),
    ),
    "births": (
        ("path.long_run_mean", -1),
        ("path.long_run_mean", 0),
        ("path.long_run_mean", 1000),
        ("path.autocorrelation", 1.5),
        ("path.autocorrelation", -1),
        ("orders.completed.first", 0.0001),
        ("orders.completed.second", 1.0),
        ("orders.completed.third", 0.9999),
        ("orders.distance.first", -1),
        ("orders.distance.later", 9),
        ("orders.distance.lasting", 2),
        ("orders.doubt.second", -1),
        ("orders.doubt.third_and_later", 50),
        ("tempo.first", 1),
        ("zodiac.dragon", 2),
        ("zodiac.after", -1),
        ("zodiac.doubt", -0.1),
    ),
    "ageing": (("national.drift_scale", -1), ("national.drift_scale", 1000), ("areas.weight", 1.5)),
    "uncertainty": (
        ("births.shared.sd", 5),
        ("births.own.sd", -0.1),
        ("deaths.shared.sd", 5),
        ("deaths.own.sd", -0.1),
        ("moves.shared.sd", 0.5),
        ("moves.own.sd", -0.1),
        ("chance", 1e6),
        ("chance", -1),
        ("freedom", 2.0001),
        ("freedom", 1e300),
        ("pace", 1),
        ("pace", -1),
    ),
}
CASES = [(file, key, value) for file, keys in BEYOND.items() for key, value in keys]
WITHIN = (
    ("movement", "rates.damping", 1),
    ("movement", "rates.scale", 0),
    ("movement", "flows.mobility", 0),
    ("movement", "gravity.distance", 0),
    ("movement", "gravity.back", 0),
    ("movement", "residence.settled", 1),
    ("ageing", "national.drift_scale", 0),
    ("births", "path.autocorrelation", 1),
    ("uncertainty", "moves.own.sd", 0),
)


def stated(folder: Path, file: str, key: str, value: float) -> None:
    """Write a scenario beside the baseline that differs in one key."""
    text = f'[{file}.{key}]\nvalue = {value}\nstatus = "assumed"\nsource = "laoyou-method"\n'
    head = '[scenario]\nname = "trial"\nbase = "baseline"\ntitle_zh = "x"\ntitle_en = "x"\nwhy = "made"\n'
    (folder / "models" / "scenarios" / "trial.toml").write_text(f"{head}\n{text}", "utf-8")


@pytest.mark.parametrize(("file", "key", "value"), CASES)
def test_a_value_out_of_bounds_is_named(project: Path, file: str, key: str, value: float) -> None:
    stated(project, file, key, value)
    with pytest.raises(InputError) as error:
        load_models(project, load_scenario(project, "trial"))
    said = re.escape(f"key {file}.{key}.value: expected ") + r"a (whole )?number from \S+ to \S+, found "
    assert re.search(f"{said}{re.escape(repr(float(value)))}$", str(error.value)), str(error.value)


@pytest.mark.parametrize(("file", "key", "value"), WITHIN)
def test_the_bounds_themselves_are_let_through(project: Path, file: str, key: str, value: float) -> None:
    stated(project, file, key, value)
    load_models(project, load_scenario(project, "trial"))


def test_a_ceiling_is_a_share(project: Path) -> None:
    folder, by_moves = project, '{ value = 0.45, status = "assumed", source = "laoyou-method" }'
    stated(folder, "movement", "urbanisation.ceiling", 2)
    path = folder / "models" / "scenarios" / "trial.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[movement.urbanisation]\nby_moves = {by_moves}\n", "utf-8")
    with pytest.raises(InputError, match=r"urbanisation\.ceiling\.value: expected a number from 0 to 1, found 2"):
        load_models(project, load_scenario(project, "trial"))


@pytest.mark.parametrize(("key", "value"), [("from_age", -3), ("from_age", 200), ("years", 0), ("years", 50)])
def test_stages_are_at_school_ages(project: Path, key: str, value: int) -> None:
    path = project / "models" / "school.toml"
    text = path.read_text("utf-8")
    found = re.search(rf"^{key} *= *\d+", text, re.MULTILINE)
    assert found is not None
    path.write_text(text.replace(found.group(), f"{key} = {value}", 1), "utf-8")
    with pytest.raises(InputError, match=rf"stage\.\d\.{key}"):
        load_models(project, load_scenario(project, "baseline"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "horizon         = 2050",
            "horizon = 2020",
            r"key time\.horizon: expected a year after the census, 2021 or later",
        ),
        (
            "horizon         = 2050",
            "horizon = 2023",
            r"key time\.born_until: expected a year from .* 2020, to the horizon, 2023, found 2025",
        ),
        ("born_until      = 2025", "born_until = 2019", r"key time\.born_until: expected .* found 2019"),
    ],
)
def test_times_name_their_key(project: Path, old: str, new: str, says: str) -> None:
    path = project / "models" / "project.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=says):
        load_models(project, load_scenario(project, "baseline"))
