from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from forecast.project.staff import STAGES, TeachersSpec

Tree = dict[str, Any]


@pytest.fixture(scope="module")
def stated(harbin: Path) -> Tree:
    return tomllib.loads((harbin / "models" / "teachers.toml").read_text("utf-8"))


def put(stated: Tree, path: str, value: object) -> Tree:
    tree = copy.deepcopy(stated)
    *way, last = path.split(".")
    at = tree
    for key in way:
        at = at[key]
    at[last] = value
    return tree


def test_the_bundled_file(stated: Tree) -> None:
    spec = TeachersSpec.model_validate(stated)
    assert spec.retirement.schedule == "in-force"
    assert sum(share for _, _, share in spec.recruitment.ages.bands) == pytest.approx(1.0)
    assert spec.redeployment.may_teach.stages["senior"] == ("junior", "primary")
    assert spec.redeployment.may_teach.stages["kindergarten"] == ()
    assert len(spec.leaving.values) == len(STAGES)


def test_posts_of_men_women_and_both(stated: Tree) -> None:
    tree = put(stated, "women.workers.kindergarten.value", 0.25)
    spec = TeachersSpec.model_validate(put(tree, "women.as_men.kindergarten.value", 0.05)).women
    assert spec.posts(0, 0.0) == (1.0, 0.0, 0.0)
    assert spec.posts(0, 1.0) == pytest.approx((0.05, 0.7, 0.25))
    share = spec.share.kindergarten.value
    assert spec.posts(0) == pytest.approx((1 - share * 0.95, share * 0.7, share * 0.25))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("leaving.primary.value", 1.2, "a number from 0 to 1"),
        ("recruitment.ages.from_22.value", 0.5, "shares that sum to 1, not to 0.9"),
        ("retirement.early_years.value", 4.0, "a number from 0 to 3"),
        ("retirement.schedule", "law", "'in-force' or 'before'"),
        ("redeployment.may_teach.senior", ["senior"], "stages other than senior, each once"),
        ("redeployment.may_teach.senior", ["junior", "junior"], "stages other than senior, each once"),
        ("redeployment.may_teach.junior", ["nursery"], "'kindergarten', 'primary', 'junior' or 'senior'"),
        ("redeployment.farthest_km.value", -1.0, "a number from 0 to 2000"),
        ("count.first_age.value", 22.5, "a whole number from 15 to 40"),
        ("women.as_men.kindergarten.value", 1.5, "a number from 0 to 1"),
        ("leaving.nursery", {"value": 0.1, "status": "assumed", "source": "x"}, "Extra inputs"),
    ],
)
def test_what_is_refused(stated: Tree, path: str, value: object, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        TeachersSpec.model_validate(put(stated, path, value))


def test_workers_and_those_who_stay_are_different_women(stated: Tree) -> None:
    tree = put(stated, "women.workers.primary.value", 0.7)
    with pytest.raises(ValidationError, match=r"at most 0\.3, what workers\.primary leaves"):
        TeachersSpec.model_validate(put(tree, "women.as_men.primary.value", 0.4))


def test_no_limit_of_distance(stated: Tree) -> None:
    tree = copy.deepcopy(stated)
    del tree["redeployment"]["farthest_km"]
    assert TeachersSpec.model_validate(tree).redeployment.farthest_km is None
