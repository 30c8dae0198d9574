from __future__ import annotations

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.tables.places import places
from forecast.tables.project_tables import read_tables, table_of

SOURCES = "source,title,publisher,year,locator,licence\ns,Title,Office,2020,,\n"
AREAS = "area,name_zh,name_en,level,parent,source,status,confidence\n1,一,One,city,,s,verified,high\n"
TFR = "area,year,order,tfr,source,status,confidence\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "china"
    folder.mkdir(parents=True)
    (tmp_path / "data" / "sources.csv").write_text(SOURCES)
    (folder / "areas.csv").write_text(AREAS, encoding="utf-8")
    (folder / "tfr.csv").write_text(TFR + "1,2020,all,1.3,s,verified,high\n")
    return tmp_path


def refused(project: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_tables(project)
    return str(raised.value)


def test_files_of_one_table_are_laid_one_below_the_other(project: Path) -> None:
    (project / "data" / "tfr_later.csv").write_text(TFR + "1,2021,all,1.1,s,verified,high\n")
    tables = read_tables(project)
    assert set(tables) == {"areas", "sources", "tfr"}
    frame = tables["tfr"]
    assert dict(zip(frame["year"], frame["tfr"], strict=True)) == {2020: 1.3, 2021: 1.1}
    assert frame.index.tolist() == [0, 1]
    assert [places(frame).at(number) for number in (0, 1)] == ["data/china/tfr.csv, row 2", "data/tfr_later.csv, row 2"]


def test_a_key_in_two_files_names_both(project: Path) -> None:
    (project / "data" / "tfr_later.csv").write_text(TFR + "1,2020,all,1.1,s,verified,high\n")
    assert refused(project) == (
        "data/china/tfr.csv, row 2 and data/tfr_later.csv, row 2: expected one row for each area x year x order, "
        "found 1, 2020, all twice\n  remove one of the two"
    )


def test_the_faults_of_all_files_come_at_once(project: Path) -> None:
    (project / "data" / "brths.csv").write_text("a\n")
    (project / "data" / "tfr_later.csv").write_text(TFR + "1,2021,all,,s,verified,high\n")
    (project / "data" / "rates.csv").write_bytes(b"")
    message = refused(project)
    assert "data/brths.csv: expected a file named after a table (" in message
    assert "did you mean births?" in message
    assert "data/tfr_later.csv, row 2, column tfr: expected a figure, found a blank cell" in message
    assert "data/rates.csv: expected a header and rows, found an empty file" in message


def test_an_unknown_area_and_an_unknown_source(project: Path) -> None:
    (project / "data" / "tfr_later.csv").write_text(TFR + "2,2021,all,1,x,verified,high\n")
    assert refused(project) == (
        "data/tfr_later.csv, row 2, column area: expected a known area of the table areas, found 2\n"
        "  add it there, or correct it here\n"
        "data/tfr_later.csv, row 2, column source: expected a known source of the table sources, found x\n"
        "  add it there, or correct it here"
    )


def test_a_population_with_a_hole_is_refused(project: Path) -> None:
    head = "area,date,concept,sex,age_start,age_width,people,source,status,confidence\n"
    rows = "".join(
        f"1,2020-11-01,resident,{sex},{ages},9,s,verified,high\n"
        for sex in ("male", "female")
        for ages in ("0,1", "5,")
    )
    (project / "data" / "population_2020.csv").write_text(head + rows)
    assert refused(project).count("a hole: ages 1 to 4 have no row") == 2


def test_locks_and_hidden_files_are_passed_over(project: Path) -> None:
    (project / "data" / "~$tfr.xlsx").write_bytes(b"lock")
    (project / "data" / ".tfr.csv").write_bytes(b"hidden")
    (project / "data" / "README.md").write_text("words")
    assert len(read_tables(project)) == 3


def test_a_folder_without_data(tmp_path: Path) -> None:
    assert refused(tmp_path) == (
        "data/: expected tables (csv, xlsx, parquet), found no file\n"
        "  is this the folder of a project? name it with --project"
    )


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("population_2020", "population"),
        ("fertility_shape", "fertility_shape"),
        ("fertility_shapes", "fertility"),
        ("Births_harbin", "births"),
        ("人口_2020", "population"),
        ("births2020", None),
    ],
)
def test_the_longest_name_wins(stem: str, table: str | None) -> None:
    assert table_of(stem) == table
