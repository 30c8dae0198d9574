"""A new project, copied from another one: whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from forecast.bundled import FOLDERS
from forecast.errors import InputError

README = """\
# A project of laoyou (老幼)

- `models/`: what is computed, one TOML file a model; `models/scenarios/`: overlays with one sentence `why`.
- `data/`: what is known, tables with their sources.

```
forecast check        reads everything, names all faults at once
forecast run          computes all scenarios; results go to out/
forecast explain --area 230102 --service primary --year 2030
```

# 项目说明

- `models/`：计算什么，每个模型一个 TOML 文件；
- `models/scenarios/`：情景，只写与基准不同之处，并用一句话说明理由（`why`）；
- `data/`：已知什么，各表均注明来源。

```
forecast check        读取全部文件，一次列出所有错误
forecast run          计算全部情景，结果写入 out/
forecast explain --area 230102 --service primary --year 2030
```
"""


def scaffold(target: Path, source: Path) -> None:
    """Copy ``models`` and ``data`` of the project ``source`` into ``target`` and add a README.

    target  a folder that does not exist yet, or is empty; ``InputError`` otherwise, and where it cannot be written

    All is copied to a hidden sibling first and then moved to its place.
    """
    _refuse_what_is_there(target)
    try:
        place = target.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        hidden = place.parent / f".{place.name}-{os.getpid()}"
        try:
            hidden.mkdir()
            _fill(hidden, source)
            _put(hidden, place)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.one(str(target), "a folder that can be written", reason, "choose another folder") from None


def _refuse_what_is_there(target: Path) -> None:
    try:
        there = sorted(path.name for path in target.iterdir()) if target.is_dir() else []
        blocked = not target.is_dir() and (target.exists() or target.is_symlink())
    except OSError as error:
        raise InputError.one(str(target), "a folder that can be read", error.strerror or str(error)) from None
    if blocked:
        raise InputError.one(str(target), "a folder", "something that is no folder", "choose another name")
    if there:
        rest = f" and {len(there) - 3} more" if len(there) > 3 else ""
        found = f"{', '.join(there[:3])}{rest}"
        raise InputError.one(
            str(target), "a new or an empty folder", found, "choose another folder: nothing is overwritten"
        )


def _fill(folder: Path, source: Path) -> None:
    for name in FOLDERS:
        shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns(".*", "~$*", "__pycache__"))
    (folder / "README.md").write_text(README, encoding="utf-8", newline="\n")


def _put(hidden: Path, place: Path) -> None:
    """One rename for a new folder; an empty one may be somebody's working directory, so it is filled instead."""
    if not place.exists():
        os.replace(hidden, place)
        return
    moved: list[Path] = []
    try:
        for item in sorted(hidden.iterdir()):
            item.replace(place / item.name)
            moved.append(place / item.name)
    except BaseException:
        for item in moved:
            shutil.rmtree(item, ignore_errors=True) if item.is_dir() else item.unlink(missing_ok=True)
        raise
