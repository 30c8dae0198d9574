from __future__ import annotations

import pytest

from forecast.errors import InputError
from forecast.services.facts import Facts
from forecast.services.norms import Standard


def made(least: float | None, most: float | None) -> Standard:
    return Standard("made", least, most, "u", "d", "1", 2020, "verified", "s")


def test_the_ends_of_a_range() -> None:
    both, single, other = made(3.0, 7.0), made(3.0, None), made(None, 7.0)
    assert [(item.least, item.most) for item in (both, single, other)] == [(3, 7), (3, 3), (7, 7)]


def test_a_standard_without_a_figure_is_named() -> None:
    for end in ("most", "least"):
        with pytest.raises(InputError, match=r"data/\*\*/standards, made: expected a figure"):
            getattr(made(None, None), end)


def test_an_unknown_standard_names_who_asked(facts: Facts) -> None:
    assert facts.norm("small", "here", range(2020, 2021), ("230102",)).most == 25
    with pytest.raises(InputError, match=r"models/made\.toml, key size: .* found smal"):
        facts.norm("smal", "models/made.toml, key size", range(2020, 2021), ("230102",))


def test_the_latest_year_of_a_nation(facts: Facts) -> None:
    year, fact = facts.of_nation("000000", "nursery", "use", "here")
    assert (year, fact.value) == (2021, 6.0)
    with pytest.raises(InputError, match="found uses"):
        facts.of_nation("000000", "nursery", "uses", "here")
