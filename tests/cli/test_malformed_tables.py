"""One table is spoiled at a time: exit 1, the place is named, nothing is written, no traceback."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Spoil = Callable[[Path], None]
BIRTHS = "data/harbin/births.csv"
PEOPLE = "data/harbin/population_2020.csv"


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def cell(file: str, column: str, value: str, row: int = 2) -> Spoil:
    """Put a value into a cell; rows as a spreadsheet counts them."""

    def spoil(project: Path) -> None:
        rows = rows_of(project / file)
        rows[row - 1][rows[0].index(column)] = value
        write(project / file, rows)

    return spoil


def table(file: str, change: Callable[[list[list[str]]], list[list[str]]]) -> Spoil:
    def spoil(project: Path) -> None:
        write(project / file, change(rows_of(project / file)))

    return spoil


def content(file: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(project: Path) -> None:
        (project / file).write_bytes(change((project / file).read_bytes()))

    return spoil


def without(file: str, **values: str) -> Spoil:
    """Drop the rows whose cells have these values."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        at = {rows[0].index(column): value for column, value in values.items()}
        kept = [row for row in rows[1:] if any(row[place] != value for place, value in at.items())]
        assert len(kept) < len(rows) - 1, "nothing to drop"
        return [rows[0], *kept]

    return table(file, change)


def with_cells(file: str, column: str, value: str, **values: str) -> Spoil:
    """Put a value into every row whose cells have these values."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        at = {rows[0].index(name): known for name, known in values.items()}
        place, hit = rows[0].index(column), 0
        for row in rows[1:]:
            if all(row[where] == known for where, known in at.items()):
                row[place], hit = value, hit + 1
        assert hit, "nothing to change"
        return rows

    return table(file, change)


def truncated_parquet(project: Path) -> None:
    frame = pd.read_csv(project / BIRTHS, dtype=str)
    path = (project / BIRTHS).with_suffix(".parquet")
    frame.to_parquet(path)
    (project / BIRTHS).unlink()
    path.write_bytes(path.read_bytes()[:-20])


def broken_xlsx(project: Path) -> None:
    frame = pd.read_csv(project / BIRTHS, dtype=str)
    path = (project / BIRTHS).with_suffix(".xlsx")
    frame.to_excel(path, index=False)
    (project / BIRTHS).unlink()
    path.write_bytes(path.read_bytes()[:400])


def added(file: str, text: str) -> Spoil:
    def spoil(project: Path) -> None:
        (project / file).write_text(text, encoding="utf-8")

    return spoil


def gone(*files: str) -> Spoil:
    def spoil(project: Path) -> None:
        for file in files:
            (project / file).unlink()

    return spoil


DAOLI = {"area": "230102", "sex": "male"}
CASES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "missing column": (
        table(BIRTHS, lambda rows: [[*row[:7], *row[8:]] for row in rows]),
        (f"{BIRTHS}: expected a column births",),
    ),
    "extra column": (
        table(BIRTHS, lambda rows: [[*row, "colour" if row is rows[0] else "x"] for row in rows]),
        (f"{BIRTHS}, column colour", "the unknown header colour"),
    ),
    "misspelt column": (
        table(BIRTHS, lambda rows: [["brths" if name == "births" else name for name in row] for row in rows]),
        (f"{BIRTHS}, column brths", "did you mean births?"),
    ),
    "duplicate header": (
        table(BIRTHS, lambda rows: [[*row, "births" if row is rows[0] else "1"] for row in rows]),
        (BIRTHS, "births"),
    ),
    "duplicate key": (table(BIRTHS, lambda rows: [*rows, rows[1]]), (f"{BIRTHS}, rows 2 and ", "twice")),
    "ragged row": (table(BIRTHS, lambda rows: [*rows[:2], [*rows[2], "9"], *rows[3:]]), (f"{BIRTHS}, row 3",)),
    "negative count": (cell(BIRTHS, "births", "-5"), (f"{BIRTHS}, row 2, column births", "found -5")),
    "text in a number": (cell(BIRTHS, "births", "many"), (f"{BIRTHS}, row 2, column births", "found many")),
    "fraction of a person": (cell(BIRTHS, "births", "10.5"), (f"{BIRTHS}, row 2, column births", "10.5")),
    "not a number": (cell(BIRTHS, "births", "NaN"), (f"{BIRTHS}, row 2, column births", "NaN")),
    "infinite": (cell("data/china/tfr.csv", "tfr", "inf"), ("data/china/tfr.csv, row 2, column tfr", "inf")),
    "blank cell": (
        cell(BIRTHS, "births", ""),
        (f"{BIRTHS}, row 2, column births", "a blank cell", "a blank is not zero (law 9)"),
    ),
    "wrong choice": (cell(PEOPLE, "sex", "boy"), (f"{PEOPLE}, row 2, column sex", "one of male, female")),
    "impossible date": (cell(PEOPLE, "date", "2020-13-01"), (f"{PEOPLE}, row 2, column date", "2020-13-01")),
    "year far away": (cell(BIRTHS, "year", "20200"), (f"{BIRTHS}, row 2, column year", "20200")),
    "code with letters": (cell(BIRTHS, "area", "23O100"), (f"{BIRTHS}, row 2, column area", "digits only")),
    "unknown area": (cell(BIRTHS, "area", "239999"), (f"{BIRTHS}, row 2, column area", "239999")),
    "unknown source": (
        cell(BIRTHS, "source", "harbin-comunique-2020"),
        (f"{BIRTHS}, row 2, column source", "did you mean harbin-communique-2020?"),
    ),
    "unknown parent": (cell("data/harbin/areas.csv", "parent", "999999", row=3), ("areas.csv, row 3, column parent",)),
    "wrong sum of districts": (
        with_cells(PEOPLE, "people", "1", **DAOLI, age_start="20"),
        ("wrong sum", "area 230100", "ages from 20"),
    ),
    "hole in ages": (without(PEOPLE, **DAOLI, age_start="20"), ("area 230102", "a hole: ages 20 to 24 have no row")),
    "overlap of ages": (
        with_cells(PEOPLE, "age_start", "19", **DAOLI, age_start="20"),
        ("area 230102", "an overlap: age 19 stands in two groups"),
    ),
    "no open group": (
        with_cells(PEOPLE, "age_width", "5", **DAOLI, age_start="85"),
        ("area 230102", "an open age group at the end"),
    ),
    "one sex only": (without(PEOPLE, **DAOLI), ("area 230102", "female only")),
    "undecodable bytes": (
        content(BIRTHS, lambda raw: raw + b"\xff\xff\xff"),
        (BIRTHS, "UTF-8 or GB18030", "byte 0xff"),
    ),
    "cut in the middle of a GBK sign": (
        content("data/harbin/areas.csv", lambda raw: raw.decode("utf-8").encode("gbk")[:75].rstrip(b"\n") + b"\xb9"),
        ("data/harbin/areas.csv",),
    ),
    "a zero byte": (content(BIRTHS, lambda raw: raw + b"\x00"), (BIRTHS, "a zero byte")),
    "an open quote": (content(BIRTHS, lambda raw: raw + b'"230100,2020\n'), (BIRTHS, "quote")),
    "empty file": (content(BIRTHS, lambda _: b""), (BIRTHS, "an empty file")),
    "header only": (table(PEOPLE, lambda rows: rows[:1]), ("population", "2020-11-01")),
    "truncated Parquet": (truncated_parquet, ("data/harbin/births.parquet", "a whole Parquet file")),
    "broken XLSX": (broken_xlsx, ("data/harbin/births.xlsx", "a broken file")),
    "unknown table": (
        added("data/harbin/brths.csv", "area,year\n230100,2020\n"),
        ("data/harbin/brths.csv", "did you mean births?"),
    ),
    "no areas": (gone("data/harbin/areas.csv"), ("column area", "230100")),
    "no sources": (gone("data/sources.csv"), ("a table sources",)),
    "no standards": (gone("data/standards/standards.csv"), ("standards",)),
    "no death rates": (gone("data/china/death_rates.csv"), ("death_rates",)),
    "no outlook": (gone("data/china/outlook.csv"), ("outlook",)),
    "no care need": (gone("data/china/care_need.csv"), ("care_need",)),
    "no enrolment": (gone("data/china/enrolment.csv"), ("enrolment",)),
    "no supply": (
        gone("data/china/supply_childcare.csv", "data/china/supply_eldercare.csv"),
        ("supply",),
    ),
    "census missing for one area": (
        without(PEOPLE, area="230102"),
        ("population, date 2020-11-01", "230102 male from age 0"),
    ),
    "life expectancy missing": (
        without("data/china/life_expectancy.csv", area="230000", year="2020", sex="both"),
        ("life_expectancy", "230000 in 2020"),
    ),
    "births of the nation missing": (
        without("data/china/births.csv", area="000000", series="published"),
        ("births of 000000",),
    ),
    "a hole in the births": (
        without("data/china/births.csv", area="000000", series="published", year="2022"),
        ("births", "2022"),
    ),
    "a year of the outlook missing": (without("data/china/outlook.csv", year="2015"), ("outlook", "2015")),
    "an age of the shape missing": (
        without("data/china/fertility_shape.csv", age_start="25", period_start="2005"),
        ("fertility_shape",),
    ),
    "an age of the death rates missing": (
        without("data/china/death_rates.csv", age_start="25", period_start="2005", sex="male"),
        ("death_rates",),
    ),
    "nobody lives in an area": (
        table(
            PEOPLE,
            lambda rows: [
                [*row[:6], "0" if row[0] in ("230102", "230100") else row[6], *row[7:]] if row is not rows[0] else row
                for row in rows
            ],
        ),
        ("population",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_table_is_refused_with_its_place(name: str, project: Path, refuse: Callable[..., str]) -> None:
    spoil, named = CASES[name]
    spoil(project)
    refuse(("run", "--scenario", "baseline", "--no-report", "--quiet"), *named)


def test_check_says_the_same_as_run(project: Path, refuse: Callable[..., str]) -> None:
    cell(BIRTHS, "births", "many")(project)
    message = refuse(("check",), f"{BIRTHS}, row 2, column births", "faults found: 1")
    assert message.startswith(refuse(("run", "--quiet"), BIRTHS))


def test_all_faults_come_at_once_from_tables_and_models(project: Path, refuse: Callable[..., str]) -> None:
    for row in range(2, 5):
        cell(BIRTHS, "births", "many", row=row)(project)
    cell("data/china/tfr.csv", "tfr", "x")(project)
    content("models/nursery.toml", lambda raw: raw.replace(b"[take_up]", b"[takeup]"))(project)
    places = [f"{BIRTHS}, row {row}, column births" for row in range(2, 5)]
    refuse(("check",), *places, "data/china/tfr.csv, row 2", "models/nursery.toml, key takeup", "did you mean take_up?")


def test_a_table_in_gbk_is_read(project: Path, forecast: Callable[..., object]) -> None:
    path = project / "data" / "harbin" / "areas.csv"
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    done = forecast("standards", "list", "--quiet", "--project", project)
    assert getattr(done, "exit_code", None) == 0
