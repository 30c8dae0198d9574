from __future__ import annotations

import numpy as np
import pytest

from forecast.project.lines import Line
from forecast.services.facts import Facts
from forecast.services.lines import lines
from forecast.services.norms import Standard
from forecast.services.people import People


def norm(name: str, least: float, most: float) -> Standard:
    return Standard(name, least, most, "beds", "a document", "1", 2020, "verified", "a-source")


def test_a_norm_counts_whom_it_names() -> None:
    people = np.zeros((1, 1, 2, 111))
    people[..., 30], people[..., 70] = 900.0, 100.0  # of both sexes: 2,000 residents, 200 of 60 and over
    seen = People(("a",), range(2020, 2021), people, np.ones((1, 1)), 2020, 2020)
    facts = Facts({"one": norm("one", 5.0, 5.0), "two": norm("two", 35.0, 40.0)}, {}, {}, ())
    named = {"x": Line(standard="one", per="residents"), "y": Line(standard="two", per="people_60plus")}
    found = {item.part: item.values for item in lines(named, facts, seen, "eldercare", "beds", "models/eldercare.toml")}
    # 5 per 1000 of 2,000; 35 to 40 per 1000 of 200
    assert {part: float(values[0, 0]) for part, values in found.items()} == pytest.approx(
        {"standard": 10.0, "standard-least": 7.0, "standard-most": 8.0}
    )


def test_registered_people_count_only_where_they_are_known() -> None:
    people = np.zeros((1, 1, 2, 111))
    people[..., 30] = 1000.0
    facts = Facts({"one": norm("one", 5.0, 5.0), "two": norm("two", 35.0, 40.0)}, {}, {}, ())
    named = {
        "x": Line(standard="one", per="registered"),
        "y": Line(standard="two", per="registered"),
        "z": Line(standard="one", per="residents"),
    }
    unknown = People(("a",), range(2020, 2021), people, np.ones((1, 1)), 2020, 2020)
    known = People(("a",), range(2020, 2021), people, np.ones((1, 1)), 2020, 2020, registered=np.full((1, 1), 3000.0))

    def found(seen: People) -> dict[str, float]:
        rows = lines(named, facts, seen, "nursery", "places", "models/nursery.toml")
        return {item.part: float(item.values[0, 0]) for item in rows}

    assert found(unknown) == pytest.approx({"standard": 10.0})
    assert found(known) == pytest.approx(
        {
            "standard": 10.0,
            "standard-registered": 15.0,
            "standard-least-registered": 105.0,
            "standard-most-registered": 120.0,
        }
    )
