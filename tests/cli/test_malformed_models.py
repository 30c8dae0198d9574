"""One model or scenario is spoiled at a time: exit 1, file and key are named, nothing is written, no traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Spoil = Callable[[Path], None]
HEAD = '[scenario]\nname = "{name}"\nbase = "{base}"\ntitle_zh = "试"\ntitle_en = "Try"\nwhy = "To try."\n'


def swap(file: str, old: str, new: str) -> Spoil:
    """Put other words in place of the first ones found."""

    def spoil(project: Path) -> None:
        path = project / "models" / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} does not say {old}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def overlay(text: str, name: str = "trial", base: str = "baseline") -> Spoil:
    def spoil(project: Path) -> None:
        path = project / "models" / "scenarios" / f"{name}.toml"
        path.write_text(HEAD.format(name=name, base=base) + text, encoding="utf-8")

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(project: Path) -> None:
        for one in spoils:
            one(project)

    return spoil


def gone(file: str) -> Spoil:
    def spoil(project: Path) -> None:
        (project / "models" / file).unlink()

    return spoil


def latin(project: Path) -> None:
    (project / "models" / "births.toml").write_bytes(b'[model]\nname = "caf\xe9"\n')


def stray(project: Path) -> None:
    (project / "models" / "brths.toml").write_text("", encoding="utf-8")


CASES: dict[str, tuple[Spoil, str, tuple[str, ...]]] = {
    "unknown key": (
        swap("births.toml", "fitted_on =", "fited_on ="),
        "baseline",
        ("models/births.toml, key path.fited_on", "did you mean fitted_on?"),
    ),
    "unknown section": (
        swap("school.toml", "[structure]", "[structures]"),
        "baseline",
        ("models/school.toml, key structures", "did you mean structure?"),
    ),
    "wrong type": (
        swap("project.toml", "horizon         = 2050", 'horizon = "later"'),
        "baseline",
        ("models/project.toml, key time.horizon", "'later'"),
    ),
    "wrong choice": (
        swap("movement.toml", 'migrants = "end"', 'migrants = "never"'),
        "baseline",
        ("models/movement.toml, key timing.migrants", "'never'"),
    ),
    "no TOML": (swap("nursery.toml", "[take_up]", "[take_up"), "baseline", ("models/nursery.toml", "line ")),
    "not UTF-8": (latin, "baseline", ("models/births.toml, byte ", "UTF-8")),
    "model file missing": (gone("ageing.toml"), "baseline", ("models/ageing.toml", "a model file")),
    "stray model file": (stray, "baseline", ("brths", "did you mean births?")),
    "horizon before the census": (
        swap("project.toml", "horizon         = 2050", "horizon = 2015"),
        "baseline",
        ("models/project.toml, key time.horizon", "a year after the census"),
    ),
    "horizon beyond every table": (
        swap("project.toml", "horizon         = 2050", "horizon = 2151"),
        "baseline",
        ("models/project.toml, key time.horizon", "2151"),
    ),
    "censuses exchanged": (
        both(
            swap("project.toml", "census          = 2020-11-01", "census          = 2000-11-01"),
        ),
        "baseline",
        ("models/project.toml", "previous_census"),
    ),
    "no census on that day": (
        swap("project.toml", "census          = 2020-11-01", "census          = 2020-07-01"),
        "baseline",
        ("population, date 2020-07-01",),
    ),
    "births not on record yet": (
        swap("project.toml", "born_until      = 2025", "born_until = 2030"),
        "baseline",
        ("born_until", "2030"),
    ),
    "unknown city": (
        swap("project.toml", 'city     = "230100"', 'city = "230101"'),
        "baseline",
        ("models/project.toml, key project.city", "230101"),
    ),
    "a city without districts": (
        swap("project.toml", 'city     = "230100"', 'city = "230102"'),
        "baseline",
        ("areas whose parent is 230102",),
    ),
    "code as a number": (
        swap("project.toml", 'city     = "230100"', "city = 230100"),
        "baseline",
        ("models/project.toml, key project.city",),
    ),
    "unknown standard": (
        swap("kindergarten.toml", '"kindergarten-class-size-top"', '"kindergarten-class-size-high"'),
        "baseline",
        ("models/kindergarten.toml", "kindergarten-class-size-high"),
    ),
    "a standard that is a gap": (
        swap("eldercare.toml", '"eldercare-residents-per-carer-fully-disabled"', '"eldercare-carers-who-knows"'),
        "baseline",
        ("models/eldercare.toml", "eldercare-carers-who-knows"),
    ),
    "unknown source": (
        swap("ageing.toml", 'source = "laoyou-method"', 'source = "hearsay"'),
        "baseline",
        ("ageing.national.drift_scale", "hearsay"),
    ),
    "unknown source of a policy": (
        swap("scenarios/subsidy-modest.toml", '"reviews-cash"', '"hearsay"'),
        "subsidy-modest",
        ("policy subsidy", "hearsay"),
    ),
    "unknown source of a prior": (
        swap(
            "births.toml",
            'goat         = { sd = 0.03, source = "laoyou-method" }',
            'goat = { sd = 0.03, source = "hearsay" }',
        ),
        "baseline",
        ("births.regression.goat", "hearsay"),
    ),
    "a prior without a width": (
        swap("births.toml", "goat         = { sd = 0.03", "goat = { sd = 0.0"),
        "baseline",
        ("regression.goat.sd", "0"),
    ),
    "unknown series of births": (
        swap("births.toml", 'observed = "published"', 'observed = "publisht"'),
        "baseline",
        ("births of 000000, series publisht",),
    ),
    "unknown outlook": (
        swap("births.toml", 'fitted_on = "wpp2024"', 'fitted_on = "wpp1924"'),
        "baseline",
        ("outlook", "wpp1924"),
    ),
    "unknown death rates": (
        swap("ageing.toml", 'rates       = "wpp2024"', 'rates = "wpp1924"'),
        "baseline",
        ("wpp1924",),
    ),
    "years of life expectancy exchanged": (
        swap("ageing.toml", "e0_first    = 2000", "e0_first = 2024"),
        "baseline",
        ("e0_first",),
    ),
    "unknown use of nurseries": (
        swap("nursery.toml", '"use_share_under_3"', '"use_share_under_4"'),
        "baseline",
        ("models/nursery.toml", "use_share_under_4"),
    ),
    "unknown stage of enrolment": (
        swap("kindergarten.toml", 'enrolment = ["kindergarten"]', 'enrolment = ["kindergarden"]'),
        "baseline",
        ("models/kindergarten.toml", "kindergarden"),
    ),
    "unknown definition of need": (
        swap("eldercare.toml", '"meta-analysis-adl"', '"meta-analysis-bdl"'),
        "baseline",
        ("care_need", "meta-analysis-bdl"),
    ),
    "a class without an age": (
        swap("nursery.toml", "[class.2]", "[class.7]"),
        "baseline",
        ("models/nursery.toml", "class"),
    ),
    "no class size": (
        swap("school.toml", 'class_size = ["primary-class-size"]', "class_size = []"),
        "baseline",
        ("models/school.toml", "class_size"),
    ),
    "a stage twice": (
        swap("school.toml", 'service    = "junior"', 'service    = "primary"'),
        "baseline",
        ("models/school.toml",),
    ),
    "nine years that are not nine": (
        swap("school.toml", 'by_level = { district = "5+4" }', 'by_level = { district = "5+3" }'),
        "baseline",
        ("models/school.toml",),
    ),
    "unknown campus": (
        swap("movement.toml", '"230103", "230108"', '"230199", "230108"'),
        "baseline",
        ("models/movement.toml", "230199"),
    ),
    "nobody's bed": (
        swap("eldercare.toml", "occupancy = { value = 0.85", "occupancy = { value = 0.0"),
        "baseline",
        ("models/eldercare.toml", "occupancy"),
    ),
    "an assumption that is no number": (
        swap("movement.toml", "damping = { value = 0.95", "damping = { value = nan"),
        "baseline",
        ("models/movement.toml, key rates.damping.value",),
    ),
    "scenario without why": (
        swap("scenarios/baseline.toml", 'why      = "', 'wy      = "'),
        "baseline",
        ("models/scenarios/baseline.toml, [scenario]", "did you mean why?"),
    ),
    "scenario under another name": (
        swap("scenarios/no-migration.toml", '"no-migration"', '"no-moving"'),
        "no-migration",
        ("models/scenarios/no-migration.toml", "no-moving"),
    ),
    "base circle": (
        both(overlay("", "one", "two"), overlay("", "two", "one")),
        "one",
        ("bases without a circle", "one -> two -> one"),
    ),
    "unknown base": (overlay("", base="base-line"), "trial", ("base-line", "did you mean baseline?")),
    "overlay of an unknown model": (
        overlay("[brths.path]\nhold = true\n"),
        "trial",
        ("models/scenarios/trial.toml", "brths", "did you mean births?"),
    ),
    "overlay of an unknown key": (
        overlay("[births.path]\nhald = true\n"),
        "trial",
        ("models/scenarios/trial.toml, key births.path.hald", "did you mean hold?"),
    ),
    "overlay of the wrong type": (
        overlay('[births.path]\nhold = "perhaps"\n'),
        "trial",
        ("models/scenarios/trial.toml, key births.path.hold",),
    ),
    "a word in place of a section": (
        overlay('births = "many"\n'),
        "trial",
        ("models/scenarios/trial.toml",),
    ),
    "a policy beyond all bounds": (
        swap("scenarios/subsidy-modest.toml", "value = 0.0175", "value = 17.5"),
        "subsidy-modest",
        ("subsidy-modest.toml", "policy.subsidy.effect.value", "17.5"),
    ),
    "a policy after the horizon": (
        swap("scenarios/subsidy-modest.toml", "onset     = 2026", "onset     = 2051"),
        "subsidy-modest",
        ("policy subsidy, key onset", "2050", "2051"),
    ),
    "women who waited and bear less than none": (
        swap("scenarios/three-child-strong.toml", "low = 0.13", "low = -0.06"),
        "three-child-strong",
        ("policy.three_child", "at least -share"),
    ),
    "an offset below nothing": (
        swap("scenarios/un-low-variant.toml", '"2038" = -0.5', '"2038" = -1.5'),
        "un-low-variant",
        ("path.offset", "above 0"),
    ),
    "a policy without an interval": (
        swap("scenarios/subsidy-modest.toml", "{ value = 0.0175, low = 0.005, high = 0.03 }", "0.0175"),
        "subsidy-modest",
        ("policy.subsidy.effect", "a table with an interval"),
    ),
    "a scenario with a policy in the baseline": (
        swap("scenarios/baseline.toml", "[scenario]", '[policy.made]\norders = "all"\n[scenario]'),
        "baseline",
        ("baseline.toml", "no policy in the baseline (law 11)"),
    ),
    "unknown scenario": (lambda _: None, "low-fertilty", ("scenario low-fertilty", "did you mean low-fertility?")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_model_is_refused_with_its_place(name: str, project: Path, refuse: Callable[..., str]) -> None:
    spoil, scenario, named = CASES[name]
    spoil(project)
    refuse(("run", "--scenario", scenario, "--no-report", "--quiet"), *named)


def test_no_scenario_at_all(project: Path, refuse: Callable[..., str]) -> None:
    for path in (project / "models" / "scenarios").glob("*.toml"):
        path.unlink()
    refuse(("run", "--quiet"), "models/scenarios", "a scenario file")
    refuse(("check",), "models/scenarios", "a scenario file")


def test_check_reads_every_scenario_and_names_a_fault_once(project: Path, refuse: Callable[..., str]) -> None:
    overlay("[births.path]\nhald = true\n")(project)
    overlay("[births.path]\nhold = 7\n", "other")(project)
    swap("nursery.toml", "[take_up]", "[takeup]")(project)
    message = refuse(("check",), "trial.toml, key births.path.hald", "other.toml, key births.path.hold", "takeup")
    assert message.count("models/nursery.toml, key takeup") == 1
