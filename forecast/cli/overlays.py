"""Writing and comparing scenarios."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecast.errors import Fault, InputError
from forecast.project.load import load_models, load_scenario
from forecast.project.spec import ScenarioHead

HINTS = """
# Write below what differs from the base: any key of a model file, under its name, such as
# [movement.rates.damping]
# value = 0.5
#
# or a policy (these stand in scenarios alone):
# [policy.my_policy]
# orders    = "3+"                                        # all, 1, 2, 2+ or 3+
# effect    = { value = 0.05, low = 0.0, high = 0.10 }     # of the births of those orders at the height; 80 % interval
# onset     = 2026                                        # births on record are left alone
# ramp      = 2                                           # years until the height
# half_life = 3                                           # years until half is gone; without it the effect stays
# stock     = "waiting"                                   # only women act who could have borne the order at the onset,
# share     = 0.05                                        # and of them this share; leave both out for all women
# status    = "assumed"                                   # or derived, verified, recalled, observed
# source    = "laoyou-method"                             # an id of data/sources.csv
# why       = "One sentence."
"""
Difference = tuple[str, object, object]


def write_scenario(project: Path, head: Mapping[str, str]) -> Path:
    """Write a scenario that changes nothing yet; ``InputError`` for a bad or taken name or an unknown base."""
    shown = f"models/scenarios/{head['name']}.toml"
    try:
        ScenarioHead.model_validate(head)
    except ValidationError as error:
        faults = [
            Fault(f"scenario {head['name']}, {item['loc'][0]}", _expected(str(item["loc"][0])), repr(item["input"]))
            for item in error.errors()
        ]
        raise InputError(faults) from None
    path = project / shown
    if path.exists():
        raise InputError.one(shown, "a new name", "a scenario of that name", "choose another name, or edit the file")
    load_scenario(project, head["base"])
    lines = [f"{key:<8} = {_quoted(value)}" for key, value in head.items()] + HINTS.splitlines()
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        fresh.write_text("\n".join(["[scenario]", *lines, ""]), encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError as error:
        raise InputError.one(shown, "a file that can be written", error.strerror or str(error)) from None
    finally:
        fresh.unlink(missing_ok=True)
    return path


def _expected(key: str) -> str:
    names = "small letters, digits and hyphens, a letter or digit first"
    return names if key in ("name", "base") else "at least one sign"


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's, but that the DEL sign must be escaped too (TOML 1.0, String)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def differences(project: Path, first: str, second: str) -> list[Difference]:
    """Dotted key and both values, wherever the merged models differ; None where a side lacks the key.

    Policies go by the name that a scenario gives them: ``policy.NAME``.
    """
    one, other = (
        flat(load_models(project, load_scenario(project, name)).model_dump(mode="json", by_alias=True))
        for name in (first, second)
    )
    return [
        (key.removeprefix("births.") if key.startswith("births.policy.") else key, one.get(key), other.get(key))
        for key in dict.fromkeys([*one, *other])
        if one.get(key) != other.get(key)
    ]


def flat(node: Any, path: str = "") -> dict[str, object]:
    """A tree as dotted keys; the parts of a list of tables go by their name or service.

    >>> flat({"a": {"b": 1}, "c": [{"name": "x", "d": 2}], "e": [1, 2]})
    {'a.b': 1, 'c.x.name': 'x', 'c.x.d': 2, 'e': [1, 2]}
    """
    if isinstance(node, dict):
        parts = node.items()
    elif isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        parts = {str(item.get("name", item.get("service", place))): item for place, item in enumerate(node)}.items()
    else:
        return {path: node} if path and node not in ({}, []) else {}
    found: dict[str, object] = {}
    for key, value in parts:
        found |= flat(value, f"{path}.{key}" if path else str(key))
    return found
