"""``forecast compare``: figures beside one another, and the sentences that matter."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from forecast.cli.compared import Asked, Compared, compared
from forecast.cli.sentences import sentences
from forecast.run.verdicts import Capacity, Crossing, Districts, Passage, Verdict

Call = Callable[..., Result]
FEW = ("--trajectories", "40")
STRONG = ("baseline", "three-child-strong")
BELOW, NEVER = Passage(never=False, below_from=2026, back=None), Passage(never=True, below_from=None, back=None)
LATE, BACK = Passage(never=False, below_from=2031, back=None), Passage(never=False, below_from=None, back=2041)


@pytest.fixture(scope="module")
def found(city: Path) -> Compared:
    return compared(city, *STRONG, Asked(trajectories=40), lambda *_: None)


@pytest.fixture(scope="module")
def verdict(found: Compared) -> Verdict:
    """The kindergartens of the city: need falls, the scenario brings back a little."""
    return next(item for item in found.verdicts if item.service == "kindergarten")


def told(found: Compared, item: Verdict, lang: str = "en") -> str:
    unknown = () if item.capacity else (item.service,)
    return sentences(replace(found, verdicts=(item,), unknown=unknown), lang)[-1]


def test_everything_as_data(city: Path, forecast: Call, found: Compared) -> None:
    asked = ("compare", *STRONG, "--project", city, *FEW, "--json")
    done = forecast(*asked)
    assert done.exit_code == 0, done.output
    content: dict[str, Any] = json.loads(done.stdout)
    assert (content["base"], content["other"], content["trajectories"]) == (*STRONG, 40)
    assert content["years"] == [2030, 2035, 2050]
    assert len(content["lines"]) == 3 * (4 + 6)
    for line in content["lines"]:
        assert line["difference"] == pytest.approx(line["other"] - line["base"], abs=1e-6)
        assert line["between"][0] <= line["between"][1]
    assert [item["service"] for item in content["verdicts"]] == [
        *("nursery", "kindergarten", "primary", "junior", "senior")
    ]
    assert content["unknown"] == ["kindergarten", "primary", "junior", "senior"], "blank is not nought (law 9)"
    assert content["sentences"] == sentences(found, "en")


def test_the_table_and_the_sentences(city: Path, forecast: Call, found: Compared) -> None:
    asked = ("compare", *STRONG, "--project", city, *FEW)
    shown = forecast(*asked).stdout
    assert shown.startswith("Harbin (230100): three-child-strong (")
    assert "Third and later births" in shown
    assert "80 % interval" in shown
    said = sentences(found, "en")
    assert shown.endswith("\n".join(said) + "\n")
    assert "no capacity on record for: kindergarten, primary, junior, senior" in said[0]
    assert "is unknown" in said[0]
    assert "need does not exceed them by 2050" in said[1]
    assert all("2025's" in line for line in said[2:])
    assert forecast(*asked, "--quiet").stdout.splitlines() == said


def test_one_district_one_service_in_chinese(city: Path, forecast: Call) -> None:
    chosen = ("--area", "道里区", "--service", "幼儿园", "--years", "2035,2030", "--lang", "zh")
    shown = forecast("compare", *STRONG, "--project", city, *FEW, *chosen).stdout
    assert shown.startswith("道里区(230102)")
    assert "三孩及以上出生" in shown
    assert "幼儿园学位" in shown
    assert "小学学位" not in shown
    assert "缺口大小未知" in shown
    assert shown.endswith("。\n")
    assert shown.index("  2030  ") < shown.index("  2035  ")


def test_a_scenario_beside_itself(city: Path, forecast: Call) -> None:
    asked = ("compare", "baseline", "baseline", "--project", city, "--trajectories", "4")
    assert forecast(*asked, "--quiet").stdout.count("same figures in every year") == 1
    content = json.loads(forecast(*asked, "--json").stdout)
    assert content["same"]
    assert {line["difference"] for line in content["lines"]} == {0.0}
    assert {tuple(line["between"]) for line in content["lines"]} == {(0.0, 0.0)}


def test_without_trajectories_there_is_no_interval(city: Path, forecast: Call) -> None:
    asked = ("compare", *STRONG, "--project", city, "--trajectories", "0")
    shown = forecast(*asked).stdout
    assert "no intervals" in shown
    assert "80 % interval " not in shown.rpartition("\n\n")[2]
    lines = json.loads(forecast(*asked, "--json").stdout)["lines"]
    assert {line["between"] for line in lines} == {None}


def test_another_seed_moves_intervals_alone(city: Path, forecast: Call) -> None:
    asked = ("compare", *STRONG, "--project", city, "--trajectories", "10", "--service", "kindergarten", "--json")
    one, two = (json.loads(forecast(*asked, "--seed", seed).stdout)["lines"] for seed in (1, 2))
    assert [line["difference"] for line in one] == [line["difference"] for line in two]
    assert [line["between"] for line in one] != [line["between"] for line in two]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("baseline", "three-child-stron"), ("scenario three-child-stron", "did you mean")),
        ((*STRONG, "--area", "道理区"), ("--area", "did you mean")),
        ((*STRONG, "--service", "kindergarden"), ("--service", "did you mean kindergarten?")),
        ((*STRONG, "--years", "2030,2051"), ("--years", "years from 2021 to 2050", "2051")),
        ((*STRONG, "--years", "soon"), ("--years", "soon")),
        ((*STRONG, "--years", ","), ("--years", "','")),
    ],
)
def test_refuses(arguments: tuple[str, ...], named: tuple[str, ...], refuse: Callable[..., str]) -> None:
    refuse(("compare", *arguments), *named)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "even under it they stay below 2025's until at least 2050"),
        ({"other_passage": LATE}, "below 2025's without a break from 2031 (“Baseline”: from 2026) until at least 2050"),
        (
            {"other_passage": LATE, "base_passage": LATE},
            "even under it they are below 2025's without a break from 2031",
        ),
        ({"gain": 1e5}, "adds 100,000, more than the"),
        ({"raises": False, "gain": -9.0, "between": (-12.0, -7.0)}, "takes away another 9"),
        ({"raises": False, "gain": -9.0, "between": (-12.0, -7.0)}, "80 % interval 7 to 12"),
        ({"raises": False}, "under both they stay below"),
        (
            {"raises": False, "base_passage": LATE},
            "under both they are below 2025's without a break from 2031 at the latest",
        ),
        ({"other_passage": BACK}, "back at 2025's level to stay from 2041 on (“Baseline”: not by 2050)"),
        ({"other_passage": BACK, "base_passage": BACK}, "from 2041 on (“Baseline”: 2041)"),
        ({"other_passage": NEVER, "base_passage": NEVER}, "never fall below 2025's (“Baseline”: never below it)"),
        ({"base_passage": NEVER}, "are below 2025's without a break from 2026 until at least 2050"),
        ({"base": 1e6}, "rise from"),
        ({"base": 1e6, "gain": -9.0}, "needs 9 fewer"),
        ({"base": 1e6}, " adds "),
        ({"gain": 0.0, "effect_from": 2041}, "changes nothing before 2041, and most in"),
        ({"gain": 0.0}, "changes none in 2035"),
        ({"effect_from": None}, "changes nothing by 2050"),
    ],
)
def test_the_strongest_sentence_that_is_true(
    change: dict[str, Any], words: str, found: Compared, verdict: Verdict
) -> None:
    assert words in told(found, replace(verdict, **change))
    assert told(found, replace(verdict, **change), "zh").endswith("。")


def test_need_as_it_is_now(found: Compared, verdict: Verdict) -> None:
    assert "as many as in 2025" in told(found, replace(verdict, base=verdict.need_now))


def test_districts_are_named_and_counted(found: Compared, verdict: Verdict) -> None:
    back = (Crossing("1", "甲", "Jia", 2041), Crossing("2", "乙", "Yi", None))
    some = replace(verdict, districts=Districts(18, back, 3, (Crossing("3", "丙", "Bing", 2030),), 13))
    for words in (
        "back to 2025's level, to stay, in Jia (2041), Yi (throughout)",
        "3 are at or above",
        "below that level in Bing",
    ):
        assert words in told(found, some)
    assert "in 13 of the 18 districts and counties need does not come back to stay by 2050" in told(found, some)
    assert "甲（2041 年）、乙（始终）" in told(found, some, "zh")
    none = replace(verdict, districts=Districts(18, (), 0, (), 18))
    assert "in none of the 18 districts and counties does need come back" in told(found, none)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"raises": False}, "even “Three-child policy, strong” does not close the gap before 2050: 50 are lacking"),
        ({"raises": True}, "under neither does the gap close before 2050"),
        ({"effect_from": None}, "the gap does not close before 2050 under either: 50 are lacking in 2035"),
        ({"other_passage": LATE}, "closes the gap in 2031 (“Baseline”: not by 2050)"),
        ({"other_passage": LATE, "base_passage": LATE}, "the gap closes in 2031 under both"),
        ({"base_passage": LATE}, "under “Baseline” it closes in 2031"),
    ],
)
def test_a_shortage_on_record(change: dict[str, Any], words: str, found: Compared, verdict: Verdict) -> None:
    short = {"need_now": 1000.0, "base": 940.0, "other": 950.0, "base_passage": NEVER, "other_passage": NEVER}
    item = replace(verdict, **{**short, **change}, capacity=Capacity(900.0, 2024, "recalled", "x"), districts=None)
    text = told(found, item)
    assert "900 on record (2024, recalled), 1,000 needed in 2025, 100 too few" in text
    assert words in text
    assert "缺 100" in told(found, item, "zh")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"raises": True}, "even under “Three-child policy, strong” need does not exceed them by 2050: 150 are more"),
        ({"raises": False}, "under neither does need exceed them by 2050"),
        ({"effect_from": None}, "need does not exceed them by 2050 under either"),
        ({"other_above": 2033}, "need exceeds them first in 2033 (“Baseline”: not by 2050)"),
        ({"other_above": 2033, "base_above": 2033}, "need exceeds them first in 2033 under both"),
        ({"base_above": 2033}, "under “Baseline” it first does in 2033"),
    ],
)
def test_places_to_spare_on_record(change: dict[str, Any], words: str, found: Compared, verdict: Verdict) -> None:
    spare = {"need_now": 1000.0, "base": 940.0, "other": 950.0, "base_above": None, "other_above": None}
    item = replace(verdict, **{**spare, **change}, capacity=Capacity(1100.0, 2024, "verified", "x"), districts=None)
    text = told(found, item)
    assert "1,100 on record (2024, verified), 1,000 needed in 2025, 100 more than needed" in text
    assert words in text
    assert "多出 100" in told(found, item, "zh")


def test_smaller_classes_change_classes_and_not_places(forecast: Call, city: Path) -> None:
    found = json.loads(
        forecast("compare", "baseline", "smaller-classes", "--project", city, "--trajectories", "0", "--json").stdout
    )
    gain = {(line["service"], line["measure"]): line["difference"] for line in found["lines"] if line["year"] == 2035}
    assert gain["primary", "places"] == 0
    assert gain["primary", "classes"] > 0
    assert ("kindergarten", "classes") not in gain, "nothing of it changes"


def test_one_service_shows_classes_and_staff(forecast: Call, city: Path) -> None:
    words = (
        "compare",
        "baseline",
        "low-fertility",
        "--project",
        city,
        "--service",
        "小学",
        "--trajectories",
        "0",
        "--json",
    )
    found = json.loads(forecast(*words).stdout)
    assert {line["measure"] for line in found["lines"]} == {"births", "places", "classes", "teachers"}


def test_a_policy_stands_beside_the_natural_figure(forecast: Call, city: Path) -> None:
    words = ("compare", "baseline", "nursery-target", "--project", city, "--trajectories", "0", "--json")
    lines = json.loads(forecast(*words).stdout)["lines"]
    gain = {(line["service"], line["part"]): line for line in lines if line["year"] == 2035 and line["service"]}
    assert gain["nursery", "all"]["difference"] == 0
    policy = gain["nursery", "policy"]
    assert policy["base"] == gain["nursery", "all"]["base"], "without a target the policy is what is natural"
    assert policy["difference"] > 0
    assert "Nursery places, policy" in forecast(*words[:-1], "--lang", "en").stdout
