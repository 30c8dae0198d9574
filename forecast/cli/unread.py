"""Files of a project that nothing reads: wrong kinds, further sheets, and models under strange names."""

from __future__ import annotations

from pathlib import Path

from forecast.project.load import MODEL_FILES, scenario_names
from forecast.tables.decode import SUFFIXES
from forecast.tables.project_tables import data_files

PROSE = (".md", ".rst")
"""Kinds of files that are for people."""


def unread_files(project: Path) -> list[str]:
    """Files under data/ and models/ that no command reads, by their place in the project, in order.

    Hidden files, notes for people (``README``, ``LICENSE``, Markdown) and lock files of spreadsheets aside.
    """
    models = {f"models/{name}.toml" for name in MODEL_FILES}
    models |= {f"models/scenarios/{name}.toml" for name in scenario_names(project)}
    found = []
    for folder in ("data", "models"):
        for path in sorted((project / folder).rglob("*")):
            shown = path.relative_to(project).as_posix()
            read = path.suffix.lower() in SUFFIXES if folder == "data" else shown in models
            if path.is_file() and not read and not _for_people(path):
                found.append(shown)
    return found


def _for_people(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$")) or "__pycache__" in path.parts
    return hidden or path.suffix.lower() in PROSE or path.stem.upper() in ("README", "LICENSE")


def unread_sheets(project: Path) -> dict[str, list[str]]:
    """Sheets beyond the first one that hold something, by workbook."""
    found = {}
    for path in data_files(project):
        sheets = _further(path) if path.suffix.lower() == ".xlsx" else []
        if sheets:
            found[path.relative_to(project).as_posix()] = sheets
    return found


def _further(path: Path) -> list[str]:
    import openpyxl  # heavy, and needed for workbooks only

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    filled = [
        page.title
        for page in book.worksheets[1:]
        if any(cell is not None for row in page.iter_rows(values_only=True) for cell in row)
    ]
    book.close()
    return filled
