"""Write the reference pages from what the program itself says: input tables, output columns, commands.

Run by ``make docs``; a test holds the pages against a fresh copy.
"""

from __future__ import annotations

import csv
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from forecast.cli import main
from forecast.run.datapackage import every_measure, meanings, published
from forecast.tables.schema import load_schema, table_names

HERE = Path(__file__).resolve().parent


def tables() -> str:
    """Input tables from their schema; then output tables, the words of their measures, and all columns."""
    lines = [
        "# Tables",
        "",
        "Made by `make docs` from `forecast/tables/schema` and from `published.csv`, `measures.csv` and",
        "`dictionary.csv` in `forecast/run`. `datapackage.json` in every run says the same of its own tables.",
        "",
        "## In",
    ]
    for name in table_names():
        lines += [
            "",
            f"### {name}",
            "",
            "| column | 列 | type | unit | needed | key | meaning | 含义 |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for column in _rows(name):
            key = "yes" if column["key"] == "yes" else ""
            kind = column["allowed"].replace("|", ", ") or column["type"]
            cells = [
                column["column"],
                column["label_zh"],
                kind,
                column["unit"],
                column["required"],
                key,
                column["meaning_en"],
                column["meaning_zh"],
            ]
            lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## Out", "", "### Tables", "", "| table | one row for each | holds | 内容 |", "|---|---|---|---|"]
    for item in published().values():
        key = item["key"].replace(" ", ", ")
        lines.append("| " + " | ".join([item["table"], key, item["meaning_en"], item["meaning_zh"]]) + " |")
    lines += ["", "### Measures", "", "| table | measure | unit | meaning | 含义 |", "|---|---|---|---|---|"]
    for item in every_measure():
        cells = [item[name] for name in ("table", "measure", "unit", "meaning_en", "meaning_zh")]
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "Where no unit stands here it stands in the row. Those of `overrides` are the beginnings of its measures.",
    ]
    lines += ["", "### Columns", "", "| column | type | unit | meaning | 含义 |", "|---|---|---|---|---|"]
    for item in meanings().values():
        lines.append(
            "| "
            + " | ".join([item["column"], item["type"], item["unit"], item["meaning_en"], item["meaning_zh"]])
            + " |"
        )
    return "\n".join(lines) + "\n"


def _rows(table: str) -> list[dict[str, str]]:
    path = HERE.parent / "forecast" / "tables" / "schema" / f"{table}.csv"
    load_schema(table)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def commands() -> str:
    """Every command's help, as it prints."""
    lines = ["# Commands", "", "Made by `make docs` from the commands' own help."]
    for path, command in _walk(main, ["forecast"]):
        with click.Context(command, info_name=" ".join(path), help_option_names=["-h", "--help"]) as context:
            lines += ["", f"## {' '.join(path)}", "", "```text", command.get_help(context).rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _walk(command: click.Command, path: list[str]) -> Iterator[tuple[list[str], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            if inner is not None:
                yield from _walk(inner, [*path, name])


def examples() -> str:
    """Worked examples of the services, from a page of their own."""
    made: Callable[[], str] = runpy.run_path(str(HERE / "examples.py"))["page"]
    return made()


PAGES = {"tables.md": tables, "commands.md": commands, "examples.md": examples}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (HERE / page).write_text(make(), "utf-8")
