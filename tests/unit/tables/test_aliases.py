from __future__ import annotations

import pytest

from forecast.tables.aliases import _rows, header, headers, labels, plain, tables
from forecast.tables.schema import load_schema, table_names


def test_full_width_forms_become_half_width() -> None:
    assert plain("\u3000２３０１０２\u3000") == "230102"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("人口数（人）", "people"),
        ("性别", "sex"),
        ("Age_Start", "age_start"),
        ("age width", "age_width"),
        ("常住", None),
    ],
)
def test_headers_in_chinese_and_english(text: str, name: str | None) -> None:
    assert headers(load_schema("population")).get(header(text)) == name


@pytest.mark.parametrize("table", table_names())
def test_a_name_always_means_its_own_column(table: str) -> None:
    known = headers(load_schema(table))
    for column in load_schema(table).columns:
        assert known[column.name] == column.name
        assert known[header(column.label_zh)] == column.name


def test_labels_in_chinese_and_english() -> None:
    sex = labels(load_schema("deaths").column("sex"))
    assert (sex["男"], sex["女"], sex["合计"], sex["total"]) == ("male", "female", "both", "both")
    concept = labels(load_schema("population").column("concept"))
    assert (concept["常住"], concept["户籍"], concept["resident"]) == ("resident", "registered", "resident")
    assert labels(load_schema("births").column("order"))["总计"] == "all"


def test_a_label_that_the_column_does_not_allow_is_not_known() -> None:
    assert "合计" not in labels(load_schema("population").column("sex"))


def test_no_alias_has_two_meanings() -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for kind, column, name, alias in _rows():
        if (kind, column, alias) == ("column", "", "地区"):
            continue
        assert seen.setdefault((kind, column, alias.lower()), name) == name, alias


def test_aliases_of_tables_name_tables() -> None:
    assert set(tables().values()) <= set(table_names())
    assert tables()["人口"] == "population"
