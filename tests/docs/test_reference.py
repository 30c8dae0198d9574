"""The reference pages are what `make docs` would write now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["tables.md", "commands.md", "examples.md"])
def test_a_reference_page_is_current(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == _script().PAGES[page](), "run `make docs`"
