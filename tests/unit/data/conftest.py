"""The bundled tables, read once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.tables.project_tables import read_tables

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="session")
def tables(harbin: Path) -> Tables:
    """Every table of data/, read and checked."""
    return read_tables(harbin)
