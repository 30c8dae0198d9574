"""``forecast backtest`` on the bundled project, on folders of areas, and on what cannot be scored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result

from forecast.backtest.small import CANDIDATES, named
from forecast.cli.show import texts

Call = Callable[..., Result]


@pytest.fixture
def regions(tmp_path: Path) -> Path:
    """Three regions of single ages 0-90 over twelve years, births falling, as a folder of the known layout."""
    folder = tmp_path / "regions"
    folder.mkdir()
    age = np.arange(91)
    kept = np.where(age < 60, 1.0, np.exp(-0.02 - 0.004 * np.maximum(age - 60, 0)))
    people = np.cumprod(np.append(300.0, kept[:-1]))
    rows = []
    for year in range(2000, 2012):
        rows += [(year, f"r{area}", int(x), area * people[x]) for area in (1, 2, 3) for x in age]
        people = np.append(people[0] * 0.98, people[:-1] * kept[1:]) + np.append(np.zeros(90), people[-1] * kept[-1])
    frame = pd.DataFrame(rows, columns=["year", "area", "age", "pop"])
    frame.to_parquet(folder / "population.parquet")
    return folder


def test_two_censuses_are_scored_once(forecast: Call, city: Path, tmp_path: Path) -> None:
    done = forecast("backtest", "--project", city, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    folder = Path(done.stdout.strip().splitlines()[-1])
    errors = pd.read_parquet(folder / "forecasts.parquet")
    assert set(errors["horizon"]) == {10}
    assert len(errors["area"].unique()) == 18
    drawn = errors[errors["engine"] == "cohort"]
    assert (drawn["p10"] < drawn["p90"]).all()
    told = pd.read_parquet(folder / "verdicts.parquet").set_index("group")
    others = errors[errors["engine"] != "cohort"].assign(error=lambda x: x["error"].abs())
    plain = others.groupby(["engine", "group"], observed=True)["error"].mean()
    for group, row in told.iterrows():
        assert row["best_plain_error"] == pytest.approx(plain.xs(group, level="group").min())
        assert (row["use"] == "cohort") == (row["error"] <= row["best_plain_error"])
    assert "plain method did better" in done.stdout
    assert "harbin: 80 % intervals covered" in done.stdout


def test_a_folder_of_areas_gives_scores_choices_coverage_and_a_page(
    forecast: Call, city: Path, regions: Path, tmp_path: Path
) -> None:
    done = forecast("backtest", "--project", city, "--out", tmp_path / "out", "--set", regions, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    folder = Path(found["path"])
    assert found["sets"] == ["regions"]
    assert found["small_areas"] == []
    assert {path.stem for path in folder.glob("*.parquet")} == {
        "scores",
        "coverage",
        "verdicts",
        "forecasts",
        "choices",
    }
    scores = pd.read_parquet(folder / "scores.parquet")
    assert set(scores["horizon"]) == set(range(1, 7))
    assert {"mape", "medape", "p90", "wape", "bias", "crps", "pinball", "cover80", "width80"} <= set(scores)
    page = (folder / "errors.html").read_text("utf-8")
    assert page.count("<svg") == 9
    assert "http" not in page.replace("http://www.w3.org", "")


@pytest.fixture
def villages(regions: Path) -> Path:
    """The same with a fourth one of some 4,000 people."""
    frame = pd.read_parquet(regions / "population.parquet")
    village = frame[frame["area"] == "r1"].assign(area="r4", pop=lambda x: 0.2 * x["pop"])
    pd.concat([frame, village]).to_parquet(regions / "population.parquet")
    return regions


def test_small_areas_are_told_what_to_use(forecast: Call, city: Path, villages: Path, tmp_path: Path) -> None:
    asked = ("backtest", "--project", city, "--out", tmp_path / "out", "--set", villages)
    done = forecast(*asked, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    five, ten = found["small_areas"]
    # the outcome of 2011 is five years after 2006 and six after 2005: two origins; ten years after none
    assert [(row["horizon"], row["launches"], row["areas"]) for row in (five, ten)] == [(5, 2, 1), (10, 0, 1)]
    assert {row["engine"] for row in (five, ten)} == {"cohort-ratio"}
    assert (ten["relative"], ten["chosen"]) == (None, False)
    written = pd.read_parquet(Path(found["path"]) / "small_areas.parquet")
    assert written["horizon"].tolist() == [5, 10]
    english, chinese = (forecast(*asked, "--lang", lang).stdout for lang in ("en", "zh"))
    assert (
        "regions, 1 areas below 5,000 people, 10 years ahead: too few origins with an outcome to choose by (0); "
        "the default stands: cohort-ratio, pulled to all areas with the weight of 100 persons." in english
    )
    assert "沿用默认方法：队列比率法（cohort-ratio），以 100 人的权重向全部地区收缩。" in chinese


def test_a_long_past_chooses_for_small_areas(forecast: Call, city: Path, villages: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(villages / "population.parquet")
    more = frame[frame["year"] == 2011].assign(year=2012)
    pd.concat([frame, more]).to_parquet(villages / "population.parquet")
    asked = ("backtest", "--project", city, "--out", tmp_path / "out", "--set", villages)
    row = json.loads(forecast(*asked, "--json").stdout)["small_areas"][0]
    assert (row["horizon"], row["launches"], row["chosen"]) == (5, 3, True)
    assert 0.0 < row["relative"] <= 1.0
    told = forecast(*asked, "--lang", "en").stdout
    said = f"5 years ahead: use {row['engine']}, "
    assert said in told
    assert f"its error is {row['relative']:.2f} of plain Hamilton-Perry's (3 origins" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_engine_for_small_areas_has_a_name(lang: str) -> None:
    words = texts(lang)
    assert [name for name in CANDIDATES if named(name)[0] not in words[f"engine.{named(name)[0]}"]] == []


def test_chosen_origins_only(forecast: Call, city: Path, regions: Path, tmp_path: Path) -> None:
    asked = ("backtest", "--project", city, "--out", tmp_path / "out", "--set", regions, "--quiet")
    done = forecast(*asked, "--origin", 2006, "--origin", 2008)
    assert done.exit_code == 0, done.output
    errors = pd.read_parquet(Path(done.stdout.strip()) / "forecasts.parquet")
    assert set(errors["origin"]) == {2006, 2008}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (("--set", "nowhere"), "--set nowhere: expected a folder"),
        (("--origin", "2010"), "expected a project with yearly stocks by age, found two censuses only"),
    ],
)
def test_what_cannot_be_scored_is_said(
    forecast: Call, city: Path, tmp_path: Path, asked: tuple[str, ...], named: str
) -> None:
    done = forecast("backtest", "--project", city, "--out", tmp_path / "out", *asked)
    assert done.exit_code == 1
    assert named in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_without_areas_and_a_hole_are_said(forecast: Call, city: Path, regions: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = forecast("backtest", "--project", city, "--set", empty)
    assert done.exit_code == 1
    assert "a population*.parquet" in done.stderr
    frame = pd.read_parquet(regions / "population.parquet")
    gap = frame.drop(index=[5])
    gap.to_parquet(regions / "population.parquet")
    hole = str(frame.loc[[5], "area"].iloc[0])
    done = forecast("backtest", "--project", city, "--set", regions, "--out", tmp_path / "o", "--lang", "en")
    assert done.exit_code == 0
    assert f"1 areas were not scored (cells missing, or too small): {hole}." in done.output
    pd.concat([frame, frame[:1]]).to_parquet(regions / "population.parquet")
    done = forecast("backtest", "--project", city, "--set", regions)
    assert done.exit_code == 1
    assert "one row for every year, area, sex and age" in done.stderr
    gap.to_parquet(regions / "population.parquet")
    done = forecast("backtest", "--project", city, "--set", regions, "--origin", 1990)
    assert done.exit_code == 1


def test_yearly_stocks_in_a_project_are_its_own_history(
    forecast: Call, project: Path, regions: Path, tmp_path: Path
) -> None:
    known = pd.read_parquet(regions / "population.parquet")
    codes = pd.read_csv(project / "data" / "harbin" / "areas.csv", dtype=str)["area"].tolist()
    frame = pd.concat(
        [
            known[known["area"] == "r1"].assign(area=code, sex=sex)
            for code in codes
            if code != "230100"
            for sex in ("male", "female")
        ]
    )
    rows = pd.DataFrame(
        {
            "area": frame["area"],
            "date": frame["year"].astype(str) + "-12-31",
            "concept": "resident",
            "sex": frame["sex"],
            "age_start": frame["age"],
            "age_width": np.where(frame["age"] == 90, "", "1"),
            "people": frame["pop"].round().astype(int),
            "note": "",
            "source": "laoyou-method",
            "status": "assumed",
            "confidence": "low",
        }
    )
    rows.to_csv(project / "data" / "harbin" / "population_yearly.csv", index=False)
    done = forecast("backtest", "--project", project, "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 0, done.output
    scores = pd.read_parquet(Path(done.stdout.strip()) / "scores.parquet")
    assert set(scores["set"]) == {"harbin"}
    assert set(scores["horizon"]) == set(range(1, 7))
