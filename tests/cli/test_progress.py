from __future__ import annotations

import io
from pathlib import Path

import pytest

from forecast.cli.options import Settings
from forecast.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, quiet: bool = False) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    with progress(Settings(Path(), Path("out"), "zh", json=False, quiet=quiet)) as notice:
        notice("reading", 0, 4, 0)
        notice("low-fertility", 1.5, 4, 9000)
    return stream.getvalue()


def test_a_terminal_sees_what_is_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = drawn(Terminal(), monkeypatch)
    assert "low-fertility" in shown
    assert "地区轨迹/秒" in shown
    assert "剩余" in shown


def test_a_file_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not drawn(io.StringIO(), monkeypatch)


def test_quiet_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not drawn(Terminal(), monkeypatch, quiet=True)
