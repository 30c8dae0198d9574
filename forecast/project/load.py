"""TOML files to specs: read, overlay the scenario, validate; all faults at once, each with its key and a way out."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from forecast.errors import Fault, InputError
from forecast.project.spec import Models, ScenarioHead

MODEL_FILES = tuple(Models.model_fields)
OVERLAYS = (*(name for name in MODEL_FILES if name != "project"), "policy")
"""What a scenario may hold: keys of model files, and policies, which no model file knows (law 11)."""
BASELINE = "baseline"
Tree = dict[str, Any]
Kind = TypeVar("Kind", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A small overlay on its base: head, merged overlay, and the files it came from with what each says, base first."""

    head: ScenarioHead
    overlay: Mapping[str, Any]
    layers: tuple[tuple[str, Mapping[str, Any]], ...]

    @property
    def chain(self) -> tuple[str, ...]:
        """The files, base first."""
        return tuple(file for file, _ in self.layers)

    def source_of(self, path: Sequence[str]) -> str | None:
        """The last file that sets a key, or None where no layer does."""
        setters = [file for file, layer in self.layers if _at(layer, path) is not None]
        return setters[-1] if setters else None


def _at(tree: object, path: Sequence[str]) -> object:
    """What stands at a key of a tree, or None; of a list the whole, for lists of several files are joined."""
    for key in path:
        if isinstance(tree, list):
            return tree
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def read_toml(path: Path, shown: str) -> Tree:
    """One TOML file as a tree; ``InputError`` with line and column where it is not TOML or not UTF-8."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise InputError.one(shown, "a model file", "nothing", "run `forecast init` or restore the file") from None
    except UnicodeDecodeError as error:
        raise InputError.one(f"{shown}, byte {error.start}", "UTF-8 text", "other bytes", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError.one(shown, "TOML", str(error), "see toml.io for the form") from None


def merge(base: Tree, over: Mapping[str, Any]) -> Tree:
    """The overlay's values over the base's: tables merge, lists of tables are appended, anything else replaces."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            out[key] = merge(old, value)
        elif _tables(old) and _tables(value):
            out[key] = old + value
        else:
            out[key] = value
    return out


def _tables(value: object) -> bool:
    """Whether a value is a list of tables, with at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def scenario_names(project: Path) -> tuple[str, ...]:
    """Scenarios of a project, baseline first."""
    names = sorted(path.stem for path in (project / "models" / "scenarios").glob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name != "baseline", name)))


def some_scenarios(project: Path) -> tuple[str, ...]:
    """Scenarios of a project, baseline first; ``InputError`` where it has none."""
    names = scenario_names(project)
    if not names:
        way_out = "write models/scenarios/baseline.toml, or begin with `forecast init DIR --from harbin`"
        raise InputError.one("models/scenarios", "a scenario file", "none", way_out)
    return names


def load_scenario(project: Path, name: str, seen: tuple[str, ...] = ()) -> Scenario:
    """A scenario with its bases merged under it; unknown names and circles are faults."""
    shown = f"models/scenarios/{name}.toml"
    if name in seen:
        raise InputError.one(
            shown, "bases without a circle", " -> ".join((*seen, name)), "give one of them another base"
        )
    known = scenario_names(project)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise InputError.one(f"scenario {name}", f"one of {', '.join(known)}", name, f"{hint}or write {shown}")
    tree = read_toml(project / shown, shown)
    head_tree = tree.pop("scenario", {})
    head = _validate(ScenarioHead, head_tree, f"{shown}, [scenario]")
    if head.name != name:
        raise InputError.one(f"{shown}, key scenario.name", name, head.name, "a scenario is named as its file")
    unknown = [key for key in tree if key not in OVERLAYS]
    if unknown:
        raise InputError(_unknown(shown, key, OVERLAYS) for key in unknown)
    tree = _with_policies(tree, shown, head)
    if head.base is None:
        return Scenario(head, tree, ((shown, tree),))
    base = load_scenario(project, head.base, (*seen, name))
    return Scenario(head, merge(dict(base.overlay), tree), (*base.layers, (shown, tree)))


def _with_policies(tree: Tree, shown: str, head: ScenarioHead) -> Tree:
    """The tables ``[policy.NAME]`` under births, where they act; the baseline has none (law 11)."""
    if "policy" in tree.get("births", {}):
        way_out = "name the table [policy.NAME], at the top of the scenario"
        raise InputError.one(f"{shown}, key births.policy", "policies under [policy.NAME]", "births.policy", way_out)
    policies = tree.pop("policy", None)
    if policies is None:
        return tree
    if head.name == BASELINE:
        found = ", ".join(policies) if isinstance(policies, dict) else repr(policies)
        way_out = f'write a scenario with base = "{BASELINE}" for it'
        raise InputError.one(f"{shown}, key policy", "no policy in the baseline (law 11)", found, way_out)
    return merge(tree, {"births": {"policy": policies}})


def load_models(project: Path, scenario: Scenario) -> Models:
    """All model files under one scenario; every fault of every file at once."""
    if not (project / "models").is_dir():
        raise InputError.one(
            f"{project}/models",
            "a folder of models",
            "nothing",
            "go to a project folder, or `forecast init DIR --from harbin`",
        )
    tree: Tree = {}
    faults: list[Fault] = []
    for name in MODEL_FILES:
        shown = f"models/{name}.toml"
        try:
            stated = read_toml(project / shown, shown)
            if "policy" in stated:
                way_out = "move it to a scenario: [policy.NAME] in models/scenarios/NAME.toml"
                faults.append(Fault(f"{shown}, key policy", "no policy in a model file (law 11)", "policy", way_out))
            tree[name] = merge(stated, scenario.overlay.get(name, {}))
        except InputError as error:
            faults.extend(error.faults)
    stray = [path for path in sorted((project / "models").glob("*.toml")) if path.stem not in MODEL_FILES]
    faults.extend(_unknown("models", path.stem, MODEL_FILES) for path in stray)
    if faults:
        raise InputError(faults)
    return _validate(Models, tree, "models", overlay=scenario)


def _validate(kind: type[Kind], tree: Tree, shown: str, overlay: Scenario | None = None) -> Kind:
    try:
        return kind.model_validate(tree)
    except ValidationError as error:
        raise InputError(_faults(error, kind, shown, overlay)) from None


def _faults(error: ValidationError, kind: type[BaseModel], shown: str, overlay: Scenario | None) -> list[Fault]:
    faults = []
    for item in error.errors():
        path = [str(part) for part in item["loc"]]
        where = _where(path, shown, overlay)
        if item["type"] == "extra_forbidden":
            faults.append(_unknown(where, path[-1], _keys_at(kind, item["loc"][:-1])))
        elif item["type"] == "missing":
            faults.append(Fault(where, "a value", "nothing", f"add the key {path[-1]}"))
        else:
            expected = item["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            faults.append(Fault(where, expected, repr(item["input"])[:80]))
    return faults


def _where(path: list[str], shown: str, overlay: Scenario | None) -> str:
    if overlay is None or not path:
        return f"{shown}, key {'.'.join(path)}" if path else shown
    source = overlay.source_of(path)
    if source is None:
        return f"models/{path[0]}.toml" + (f", key {'.'.join(path[1:])}" if path[1:] else "")
    return f"{source}, key {'.'.join(path).removeprefix('births.' if path[:2] == ['births', 'policy'] else '')}"


def _keys_at(kind: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys a spec knows at a place; empty where the place is not a spec."""
    current: Any = kind
    for part in loc:
        fields = {field.alias or name: field for name, field in getattr(current, "model_fields", {}).items()}
        if part in fields:
            current = _spec_in(fields[str(part)].annotation)
    fields = getattr(current, "model_fields", {})
    return tuple(field.alias or name for name, field in fields.items())


def _spec_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _spec_in(part)
        if found is not None:
            return found
    return None


def _unknown(where: str, key: str, known: tuple[str, ...]) -> Fault:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "remove it"
    return Fault(where, f"one of {', '.join(known)}" if known else "no such key", key, hint)
