"""Digests: what went in, what came out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from forecast.project.load import MODEL_FILES
from forecast.tables.project_tables import data_files

CHUNK = 1 << 20


def of_file(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            found.update(piece)
    return found.hexdigest()


def of_inputs(project: Path, scenario_files: tuple[str, ...]) -> dict[str, str]:
    """Digest of every input file by its path inside the project."""
    files = [*data_files(project), *(project / "models" / f"{name}.toml" for name in MODEL_FILES)]
    files += [project / name for name in scenario_files]
    return {path.relative_to(project).as_posix(): of_file(path) for path in files}


def of_texts(parts: dict[str, str]) -> str:
    """One digest of many, independent of their order."""
    text = "\n".join(f"{key} {parts[key]}" for key in sorted(parts))
    return hashlib.sha256(text.encode()).hexdigest()
