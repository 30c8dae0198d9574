from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.errors import Fault, InputError
from forecast.project.load import load_models, load_scenario, merge, read_toml, scenario_names
from forecast.project.spec import Models

Write = Callable[[str, str, str], None]


def load(project: Path, name: str = "baseline") -> Models:
    return load_models(project, load_scenario(project, name))


def faults(project: Path, name: str = "baseline") -> tuple[Fault, ...]:
    with pytest.raises(InputError) as error:
        load(project, name)
    return error.value.faults


def test_every_bundled_scenario_is_sound(harbin: Path) -> None:
    names = scenario_names(harbin)
    assert names[0] == "baseline"
    assert list(names[1:]) == sorted(names[1:])
    for name in names:
        scenario = load_scenario(harbin, name)
        assert scenario.head.name == name
        assert load_models(harbin, scenario).project.project.name == "harbin"


def test_tables_merge_and_the_rest_is_replaced() -> None:
    base = {"a": 1, "b": {"c": 2, "d": [1, 2]}, "e": {"f": 3}}
    over = {"a": 9, "b": {"d": [7]}, "g": 4}
    assert merge(base, over) == {"a": 9, "b": {"c": 2, "d": [7]}, "e": {"f": 3}, "g": 4}
    assert base["b"] == {"c": 2, "d": [1, 2]}
    assert merge({"a": {"b": 1}}, {"a": 2}) == {"a": 2}


def test_lists_of_tables_are_appended() -> None:
    assert merge({"p": [{"x": 1}]}, {"p": [{"x": 2}]}) == {"p": [{"x": 1}, {"x": 2}]}


def test_an_empty_list_replaces_a_list_of_values() -> None:
    """``campus = []`` in a scenario must mean no campus, not the base's."""
    assert merge({"campus": ["230103", "230108"]}, {"campus": []}) == {"campus": []}


def test_policies_of_a_chain_add_up(project: Path, scenario: Write) -> None:
    policy = '[policy.{}]\norders = "all"\neffect = {{ value = 0.1, low = 0.0, high = 0.2 }}\nonset = 2027\n'
    policy += 'status = "assumed"\nsource = "laoyou-method"\nwhy = "made"\n'
    scenario("first", "baseline", policy.format("one"))
    scenario("second", "first", policy.format("two") + "[movement.rates.damping]\nvalue = 0.5\n")
    found = load_scenario(project, "second")
    assert found.chain == tuple(f"models/scenarios/{name}.toml" for name in ("baseline", "first", "second"))
    models = load_models(project, found)
    assert list(models.births.policy) == ["one", "two"]
    # a partial overlay keeps the rest of its table
    assert models.movement.rates.damping.value == 0.5
    assert models.movement.rates.damping.source == "laoyou-method"
    assert load(project).births.policy == {}


POLICY = '[policy.made]\norders = "3+"\neffect = { value = 0.1, low = 0.0, high = 0.2 }\nonset = 2027\n'
POLICY += 'status = "assumed"\nsource = "laoyou-method"\nwhy = "made"\n'


def test_the_baseline_and_the_model_files_know_no_policy(project: Path) -> None:
    """Law 11."""
    baseline = project / "models" / "scenarios" / "baseline.toml"
    kept = baseline.read_text("utf-8")
    baseline.write_text(kept + POLICY, "utf-8")
    with pytest.raises(InputError, match="law 11"):
        load(project)
    baseline.write_text(kept, "utf-8")
    births = project / "models" / "births.toml"
    births.write_text(births.read_text("utf-8") + POLICY, "utf-8")
    with pytest.raises(InputError, match="law 11"):
        load(project)


def test_policies_stand_at_the_top_of_a_scenario(project: Path, scenario: Write) -> None:
    scenario("made", "baseline", POLICY.replace("[policy.made]", "[births.policy.made]"))
    with pytest.raises(InputError, match=r"\[policy.NAME\]"):
        load(project, "made")


def test_women_wait_in_one_queue(project: Path, scenario: Write) -> None:
    waits = POLICY + 'stock = "waiting"\nshare = 0.1\n'
    scenario("made", "baseline", waits + waits.replace("policy.made", "policy.other"))
    with pytest.raises(InputError, match="one queue"):
        load(project, "made")


def test_circles_are_named(project: Path, scenario: Write) -> None:
    scenario("one", "two", "")
    scenario("two", "one", "")
    with pytest.raises(InputError, match="one -> two -> one"):
        load_scenario(project, "one")
    scenario("self", "self", "")
    with pytest.raises(InputError, match="self -> self"):
        load_scenario(project, "self")


def test_unknown_scenarios_have_a_suggestion(project: Path, scenario: Write) -> None:
    with pytest.raises(InputError, match="did you mean no-migration"):
        load_scenario(project, "no-migraton")
    scenario("lost", "nowhere", "")
    with pytest.raises(InputError, match="scenario nowhere"):
        load_scenario(project, "lost")


def test_a_scenario_is_called_as_its_file(project: Path, scenario: Write) -> None:
    """Tables carry the name in the head, the command line the file's: two names for one thing would mislead."""
    scenario("made", "baseline", "")
    path = project / "models" / "scenarios" / "made.toml"
    path.write_text(path.read_text("utf-8").replace('name = "made"', 'name = "baseline"'), "utf-8")
    with pytest.raises(InputError, match="made"):
        load(project, "made")


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "hint"),
    [
        ("births", "[path]\n", "[path]\nhould = true\n", "births.path.hould", "did you mean hold?"),
        ("movement", "prior   =", "priors   =", "movement.rates.priors", "did you mean prior?"),
        ("nursery", 'size  = "nursery-class-size-6-12m"', 'siz  = "x"', "nursery.class.0.siz", "did you mean size?"),
        ("school", "years      = 3", "yeers      = 3", "school.stage.2.yeers", "did you mean years?"),
        ("project", "[project]\n", "[project]\nxyzzy = 1\n", "project.project.xyzzy", "remove it"),
    ],
)
def test_unknown_keys_have_a_suggestion(
    project: Path, spoil: Write, file: str, old: str, new: str, key: str, hint: str
) -> None:
    spoil(file, old, new)
    fault = next(item for item in faults(project) if item.found == key.rsplit(".", maxsplit=1)[-1])
    assert fault.where.startswith(f"models/{file}.toml, key {key.split('.', 1)[1].rsplit('.', 1)[0]}")
    assert fault.way_out == hint


def test_unknown_sections_of_a_scenario_have_a_suggestion(project: Path, scenario: Write) -> None:
    scenario("made", "baseline", "[birth.path]\nhold = true\n")
    with pytest.raises(InputError, match="did you mean births") as error:
        load_scenario(project, "made")
    assert error.value.faults[0].where == "models/scenarios/made.toml"


def test_a_scenario_cannot_move_the_project(project: Path, scenario: Write) -> None:
    scenario("made", "baseline", '[project.project]\nname = "elsewhere"\n')
    with pytest.raises(InputError, match="found project"):
        load_scenario(project, "made")


def test_all_faults_of_all_files_at_once(project: Path, spoil: Write) -> None:
    spoil("births", 'unit   = "births"', 'unit   = 3\nextra = "x"')
    spoil("eldercare", "year      = 2024", "year      = 1800")
    places = [item.where for item in faults(project)]
    assert len(places) == 3
    assert {place.split(",")[0] for place in places} == {"models/births.toml", "models/eldercare.toml"}


def test_what_is_missing_is_named(project: Path, spoil: Write) -> None:
    spoil("kindergarten", 'pupils_per_staff = "kindergarten-children-per-teacher-or-carer"\n', "")
    (fault,) = faults(project)
    assert fault.where == "models/kindergarten.toml, key stage.0.pupils_per_staff"
    assert fault.way_out == "add the key pupils_per_staff"


def test_a_fault_of_a_scenario_names_the_scenario(project: Path, scenario: Write) -> None:
    scenario("made", "baseline", '[births.path]\nhold = "perhaps"\n')
    (fault,) = faults(project, "made")
    assert fault.where == "models/scenarios/made.toml, key births.path.hold"
    assert "boolean" in fault.expected
    assert fault.found == "'perhaps'"


def test_a_fault_of_a_base_names_the_base(project: Path, scenario: Write) -> None:
    scenario("below", "baseline", '[births.path]\nhold = "perhaps"\n')
    scenario("above", "below", "[movement.rates.damping]\nvalue = 0.5\n")
    (fault,) = faults(project, "above")
    assert fault.where == "models/scenarios/below.toml, key births.path.hold"


def test_a_fault_of_the_model_keeps_its_place_under_a_scenario(project: Path, spoil: Write) -> None:
    spoil("eldercare", "year      = 2024", "year      = 1800")
    (fault,) = faults(project, "no-migration")
    assert fault.where == "models/eldercare.toml, key institution.year"


def test_lost_and_stray_files_are_named(project: Path) -> None:
    (project / "models" / "births.toml").rename(project / "models" / "birth.toml")
    found = {item.where: item for item in faults(project)}
    assert found["models/births.toml"].found == "nothing"
    assert found["models"].way_out == "did you mean births?"


def test_a_folder_that_is_no_project(tmp_path: Path, harbin: Path) -> None:
    with pytest.raises(InputError, match="a folder of models"):
        load_models(tmp_path, load_scenario(harbin, "baseline"))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"[model\n", "line 1"), (b"[model]\nname = 1\nname = 2\n", "line 3"), ("名 = 1".encode("gb18030"), "UTF-8")],
)
def test_what_is_no_toml_is_a_fault(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "made.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_toml(path, "models/made.toml")
