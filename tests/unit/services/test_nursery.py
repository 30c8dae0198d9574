from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.project.spec import NurserySpec
from forecast.services.facts import Facts
from forecast.services.nursery import Nursery, carried
from forecast.services.people import People

Level = Callable[..., People]
SPEC = NurserySpec.model_validate(
    {
        "model": {"name": "nursery", "unit": "places", "why": "made"},
        "take_up": {
            "use": "use", "wish": "wish",
            "from_age": {"value": 1, "status": "assumed", "source": "made"},
        },
        "class": {str(age): {"size": f"size-{age}", "carer": f"carer-{age}"} for age in range(3)},
        "lines": {"standard": {"standard": "per-1000", "per": "residents"}},
    }
)  # fmt: skip


@pytest.fixture
def nursery(facts: Facts, level: Level) -> Nursery:
    return Nursery(SPEC, facts, level(1000.0, 10.0), level(100.0, codes=("000000",)))


def test_those_who_carry_the_share() -> None:
    # 6 % of 300 under-threes are 18, all of them among the 200 of one and two
    assert carried(0.06, np.full(3, 100.0), 1) == pytest.approx(0.09)
    assert carried(0.06, np.full(3, 100.0), 0) == pytest.approx(0.06)


def test_by_hand(nursery: Nursery) -> None:
    service = nursery.demand()
    year = 0

    def of(measure: str, part: str = "all") -> list[float]:
        return [float(value) for value in service.find(measure, part).values[year]]

    assert of("people") == [3000, 30]
    assert of("users", "age-0") == [0, 0]
    assert of("users", "age-2") == pytest.approx([90, 0.9])
    assert of("users") == pytest.approx([180, 1.8])
    assert of("wish") == pytest.approx([900, 9])  # 30 % of all, carried by two ages: 45 % of 2000
    assert of("places") == [180, 2]  # 0.9 of a child needs a place at each age
    assert of("classes", "age-1") == [6, 1]  # 90 / 15
    assert of("classes", "age-2") == [5, 1]  # 90 / 20 = 4.5
    assert of("classes") == [11, 2]
    assert of("carers") == [18 + 13, 2]  # 90 / 5 and 90 / 7 = 12.9
    # 4.5 places per 1000 residents: a line, never demand
    assert of("places", "standard") == pytest.approx([100 * 1000 * 4.5 / 1000, 4.5])
    assert service.find("places", "standard").born is None


def test_shares_already_born(nursery: Nursery) -> None:
    # births on record up to 2022; in 2023 those aged 1 and 2 are born, those aged 0 are not
    service = nursery.demand()
    place = 3
    assert service.find("people", "age-0").born is not None
    born = {
        key: service.find(*key).born
        for key in (("people", "age-0"), ("people", "age-1"), ("people", "all"), ("users", "all"))
    }
    shares = {key: value[place, 0] for key, value in born.items() if value is not None}
    assert shares == pytest.approx(
        {("people", "age-0"): 0.0, ("people", "age-1"): 1.0, ("people", "all"): 2 / 3, ("users", "all"): 1.0}
    )


def test_the_explanation_ends_in_the_demand(nursery: Nursery) -> None:
    factors = nursery.explain(0, 2022)
    assert factors[-1].kind == "result"
    assert factors[-1].value == nursery.demand().find("places").values[2, 0]
    assert all(item.source and item.status for item in factors)
