from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES
from forecast.errors import InputError
from forecast.project.spec import EldercareSpec
from forecast.services.eldercare import Eldercare
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.series import Service

Level = Callable[..., People]
SPEC = EldercareSpec.model_validate(
    {
        "model": {"name": "eldercare", "unit": "beds", "why": "made"},
        "need": {"gradient": "adl", "level": "level", "severe": "severe", "year": 2021, "severe_year": 2020},
        "institution": {
            "residents": "residents", "year": 2021, "nursing_share": "nursing-share",
            "occupancy": {"value": 0.8, "status": "assumed", "source": "made"},
        },
        "carers": {"severe": "severe-carer", "other": "other-carer"},
        "pattern": {"institution": "home-3", "community": "community-7"},
        "lines": {"beds": {"standard": "beds-line", "per": "people_60plus"}},
    }
)  # fmt: skip


def service_of(facts: Facts, level: Level, people: People) -> Service:
    return Eldercare(SPEC, facts, people, level(20.0, codes=("000000",))).demand()


def test_by_hand(facts: Facts, level: Level) -> None:
    service = service_of(facts, level, level(20.0, 200.0))

    def of(measure: str, part: str = "all") -> list[float]:
        return [float(value) for value in service.find(measure, part).values[0]]

    assert of("people", "60plus") == [800, 8000]
    assert of("people", "80plus") == [400, 4000]
    # 27.5 % of them need care (see the test of need), a fifth of these cannot care for themselves
    assert of("need") == pytest.approx([220, 2200])
    assert of("need", "severe") == pytest.approx([44, 440])
    assert of("need", "other") == pytest.approx([176, 1760])
    # 22 residents of the nation's 220 in need: a tenth
    assert of("users", "institution") == pytest.approx([22, 220])
    assert of("users", "home-or-community") == pytest.approx([198, 1980])
    assert of("beds") == [28, 275]  # 22 / 0.8 = 27.5
    assert of("beds", "nursing-type") == [14, 138]  # half, rounded up
    assert of("beds", "ordinary") == [14, 137]
    assert of("carers", "severe") == [3, 22]  # 4.4 / 2 and 44 / 2
    assert of("carers", "other") == [5, 44]  # 17.6 / 4 and 176 / 4
    assert of("carers") == [8, 66]
    # beside them: 3 % and 7 % of those of 60+, and 30 to 40 beds per 1000 of them
    assert of("users", "institution-policy") == pytest.approx([24, 240])
    assert of("users", "community-policy") == pytest.approx([56, 560])
    assert of("beds", "institution-policy") == [30, 300]
    assert of("beds", "standard-least") == pytest.approx([24, 240])
    assert of("beds", "standard-most") == pytest.approx([32, 320])


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_settings_sum_to_the_need_and_more_people_need_more(facts: Facts, level: Level, seed: int) -> None:
    draw, base = np.random.default_rng(seed), level(1.0, 1.0)
    few = draw.uniform(0, 300, (5, 2, 2, AGES))
    both = [
        service_of(facts, level, People(base.areas, base.years, people, base.births, 2022, 2023))
        for people in (few, few + draw.uniform(0, 30, few.shape))
    ]
    for service in both:
        for measure, parts in (
            ("users", ("institution", "home-or-community")),
            ("need", ("severe", "other")),
            ("beds", ("nursing-type", "ordinary")),
            ("carers", ("severe", "other")),
        ):
            total = sum(service.find(measure, part).values for part in parts)
            assert total == pytest.approx(service.find(measure).values)
        assert service.find("need").values == pytest.approx(service.find("users").values)
        assert (service.find("beds").values * 0.8 >= service.find("users", "institution").values - 1e-6).all()
    for less, more in zip(both[0].series, both[1].series, strict=True):
        if (less.measure, less.part) != ("beds", "ordinary"):  # the rest, after rounding up twice
            assert (more.values >= less.values).all(), (less.measure, less.part)


def test_the_explanation_ends_in_the_demand(facts: Facts, level: Level) -> None:
    service = Eldercare(SPEC, facts, level(20.0, 200.0), level(20.0, codes=("000000",)))
    demand = service.demand()
    factors = service.explain(1, 2023)
    results = [item.value for item in factors if item.kind == "result"]
    assert results == [demand.find("beds").values[3, 1], demand.find("carers").values[3, 1]]
    value = 1.0
    for item in factors:
        if item.kind in ("start", "times"):
            value *= item.value
        elif item.kind == "divided":
            value /= item.value
    assert np.ceil(value - 1e-9) == results[0]


def test_supply_that_is_missing_is_named(facts: Facts, level: Level) -> None:
    spec = SPEC.model_copy(update={"institution": SPEC.institution.model_copy(update={"year": 2023})})
    with pytest.raises(InputError, match="residents of 000000 in 2023"):
        Eldercare(spec, facts, level(20.0), level(20.0, codes=("000000",)))
