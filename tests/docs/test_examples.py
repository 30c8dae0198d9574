"""The worked examples are worked out again, from what the page prints and nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "examples.md"
DIGITS = 2e-5
"""Six digits a factor, several factors."""
Row = tuple[str, ...]


def _sections() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for text in PAGE.read_text("utf-8").split("\n## ")[1:]:
        name, *lines = text.splitlines()
        cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if line.startswith("|")]
        found[name] = [row for row in cells if row[0] != "---" and row[1] not in ("factor", "lives")]
    return found


SECTIONS = _sections()
FACTORS = {name: [row for row in rows if len(row) == 4] for name, rows in SECTIONS.items()}


@pytest.mark.parametrize("service", list(FACTORS))
def test_every_product_and_quotient_is_right(service: str) -> None:
    at: float | None = None
    checked = 0
    moved = False
    for sign, name, text, _ in FACTORS[service]:
        value = float(text)
        if sign == "x" and at is not None:
            at, moved = at * value, True
        elif sign == ":" and at is not None:
            at, moved = at / value, True
        elif sign in ("", "="):
            if sign == "=" and at is not None and (moved or "rounded up" in name):
                wanted = math.ceil(at - 1e-6) if "rounded up" in name else at
                assert value == pytest.approx(wanted, rel=DIGITS, abs=1e-6), name
                checked += 1
            at, moved = value, False
    assert checked > 3


@pytest.mark.parametrize("service", ["nursery", "kindergarten", "primary", "junior", "senior"])
def test_places_and_classes_are_sums_of_their_parts(service: str) -> None:
    for what in ("places", "classes"):
        parts = [float(row[2]) for row in FACTORS[service] if row[:2] == ("=", f"{what}, rounded up")]
        whole = [float(row[2]) for row in FACTORS[service] if row[:2] == ("=", what)]
        assert len(parts) > 2
        assert whole[0] == sum(parts)


@pytest.mark.parametrize("service", ["primary", "junior", "senior"])
def test_teachers_are_what_the_binding_norm_asks_for(service: str) -> None:
    rows = {row[1]: float(row[2]) for row in FACTORS[service]}
    pupils = sum(
        float(one[2]) * float(two[2])
        for one, two in zip(FACTORS[service], FACTORS[service][1:], strict=False)
        if two[1] == "gross enrolment"
    )
    by_ratio = math.ceil(pupils / rows["pupils per staff"] - 1e-6)
    by_class = math.ceil(rows["classes"] * rows["staff per class"] - 1e-3)
    assert rows["teachers and staff"] == max(by_ratio, by_class)


def test_residents_of_homes_follow_from_odds() -> None:
    text = PAGE.read_text("utf-8")
    use = float(text.split("with u = ")[1].split(" ")[0])
    cells = [row for row in SECTIONS["eldercare"] if len(row) == 6]
    assert len(cells) == 12
    total = 0.0
    for _, _, people, nearby, homes, residents in cells:
        inside = use * float(homes)
        found = float(people) * inside / (1.0 + float(nearby) + inside)
        assert float(residents) == pytest.approx(found, rel=DIGITS)
        total += found
    rows = {row[1]: float(row[2]) for row in FACTORS["eldercare"]}
    assert rows["residents of homes"] == pytest.approx(total, rel=DIGITS)
    assert rows["beds, rounded up"] == math.ceil(total / rows["target occupancy"])
    in_need = sum(float(row[-1]) for row in cells if row[0] != "none")
    assert rows["residents of homes who need care"] == pytest.approx(in_need, rel=DIGITS)
