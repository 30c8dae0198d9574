from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from forecast.tables.project_tables import data_files, table_of
from forecast.tables.schema import load_schema, table_names

Tables = dict[str, pd.DataFrame]
CHINA, PROVINCE, CITY, SHUANGCHENG = "000000", "230000", "230100", "230113"


OPTIONAL = {
    "attendance",
    "births_by_month",
    "boundary_changes",
    "children",
    "controls",
    "group_quarters",
    "housing",
    "migration",
    "pupils",
    "schools",
    "teachers",
}
"""Tables that act where a planner adds them: of Harbin nothing of the kind is public."""


def test_every_table_that_has_a_schema_is_there(tables: Tables) -> None:
    assert set(tables) == set(table_names()) - OPTIONAL
    for name, frame in tables.items():
        assert tuple(frame.columns) == load_schema(name).names
        assert len(frame), name


def test_every_row_has_a_known_source_and_every_source_is_used(tables: Tables, harbin: Path) -> None:
    known = set(tables["sources"]["source"])
    used = {source for name, frame in tables.items() if name != "sources" for source in frame["source"]}
    for path in (harbin / "models").rglob("*.toml"):
        used |= set(re.findall(r'^[^#\n]*source\s*=\s*"([^"]+)"', path.read_text("utf-8"), re.MULTILINE))
    own = tables["sources"].query("publisher == 'laoyou'")["source"]  # for the assumptions of models/ and for results
    assert used - set(own) == known - set(own)
    assert (tables["sources"][["title", "publisher"]] != "").all(axis=None)


def test_a_gap_has_no_figure_and_no_confidence(tables: Tables) -> None:
    rows = tables["standards"]
    gap = rows["status"] == "gap"
    assert (gap == (rows["minimum"].isna() & rows["maximum"].isna())).all()
    assert (gap == (rows["confidence"] == "none")).all()
    for name, frame in tables.items():
        if name not in {"sources", "standards"}:
            assert not (frame["status"] == "gap").any(), name


@pytest.mark.parametrize(
    ("table", "recalled"),
    # births: the list revised after the census; tfr: 2010, 2015, 2018 and the provinces
    [("births", 9), ("fertility", 21), ("tfr", 12), ("marriages", 9), ("policy_events", 6), ("care_need", 5)],
)
def test_recalled_figures_stay_recalled(tables: Tables, table: str, recalled: int) -> None:
    assert (tables[table]["status"] == "recalled").sum() == recalled  # law 14


def test_files_are_plain(harbin: Path) -> None:
    for path in data_files(harbin):
        raw = path.read_bytes()
        assert path.suffix == ".csv"
        assert not raw.startswith(b"\xef\xbb\xbf"), path
        assert b"\r" not in raw, path
        assert raw.endswith(b"\n"), path
        assert b"://" not in raw, path
        header = raw.decode("utf-8").splitlines()[0].split(",")
        assert tuple(header) == load_schema(str(table_of(path.stem))).names, path


def test_shuangcheng_has_one_code(tables: Tables) -> None:
    areas = tables["areas"].set_index("area")
    assert areas.loc[SHUANGCHENG, "former_code"] == "230182"
    assert areas.loc[SHUANGCHENG, "valid_from"] == 2014
    for frame in tables.values():
        if "area" in frame:
            assert "230182" not in set(frame["area"])


def test_the_tree_of_areas(tables: Tables) -> None:
    areas = tables["areas"].set_index("area")
    units = areas[areas["parent"] == CITY]
    assert units["level"].value_counts().to_dict() == {"district": 9, "county": 9}
    assert (areas.loc[CITY, "parent"], areas.loc[PROVINCE, "parent"], areas.loc[CHINA, "parent"]) == (
        PROVINCE,
        CHINA,
        "",
    )
    assert (areas.loc[CITY, "complete"], areas.loc[PROVINCE, "complete"]) == ("yes", "no")
    assert units["lon"].between(units["west"], units["east"]).all()
    assert units["lat"].between(units["south"], units["north"]).all()
    assert units["polygon_km2"].sum() == pytest.approx(areas.loc[CITY, "polygon_km2"], rel=1e-3)
    official = areas[areas["provenance"] == "official"]["land_km2"].to_dict()
    assert official == {CITY: 53100, "230102": 479.2, "230184": 7502}
