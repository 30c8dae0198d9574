"""Where the bundled Harbin project lives: inside a wheel, or at the root of a checkout."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("models", "data")


def harbin() -> Path:
    """The folder that holds ``models`` and ``data`` of the bundled project."""
    package = Path(__file__).resolve().parent
    for folder in (package / "bundled", package.parent):
        if all((folder / name).is_dir() for name in FOLDERS):
            return folder
    raise FileNotFoundError("the bundled project is missing from this installation")
