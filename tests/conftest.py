"""What every test may ask for: the bundled project, the reference data, the golden results."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
"""The root of the checkout, which is itself a project (Harbin)."""

# The same examples on every machine and every day: a red test is a change in the code, never luck.
settings.register_profile("laoyou", derandomize=True, deadline=None, database=None)
settings.load_profile("laoyou")


@pytest.fixture(scope="session")
def harbin() -> Path:
    """The folder of the bundled project: it has a models/ and a data/."""
    return ROOT


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of published results to compare with; not part of the repository."""
    folder = Path(os.environ.get("LAOYOU_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        pytest.skip("no reference data: set LAOYOU_REFERENCE, or lay it at ../shared/reference beside the checkout")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the kept one in the folder ``golden`` beside the test; ``make golden`` keeps it anew."""
    folder = request.path.parent / "golden"

    def compare(name: str, text: str) -> None:
        kept = folder / name
        if os.environ.get("LAOYOU_GOLDEN") == "renew":
            folder.mkdir(exist_ok=True)
            kept.write_text(text, encoding="utf-8", newline="\n")
        assert kept.is_file(), f"{name} is not kept yet: run make golden"
        assert text == kept.read_text(encoding="utf-8"), f"{name} differs: if that is meant, run make golden"

    return compare
