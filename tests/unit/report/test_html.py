from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.report.html import NAMES, write_report

VOID = {"meta", "br", "input", "img", "link", "hr"}
BAD = '<script>alert("x")</script>&乙'


class Outline(HTMLParser):
    """Tags that close, ids, links, and the text outside scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.heads: list[int] = []
        self.text: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.scripts += tag == "script"
        self.ids += [found["id"]] if found.get("id") else []  # type: ignore[list-item] # checked just before
        self.links += [found["href"] or ""] if tag == "a" else []
        self.loads += [
            value or ""
            for name, value in attrs
            if name in ("src", "srcset", "data") or (tag == "link" and name == "href")
        ]
        self.heads += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Strokes of a chart close themselves."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def read(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    return outline


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    for path in tiny.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    assert write_report(folder) == folder / "report.html"
    return {lang: (folder / name).read_text("utf-8") for lang, name in NAMES.items()}


def test_both_languages_are_written_and_the_one_asked_for_is_named(own: Path) -> None:
    assert write_report(own, "en") == own / "report.en.html"
    assert (own / "report.html").is_file()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_whole_and_needs_nothing_from_outside(pages: dict[str, str], lang: str) -> None:
    outline = read(pages[lang])
    assert outline.loads == []
    assert outline.scripts == 1
    assert not re.search(r"@import|url\(|https?://|//cdn|fetch\(|XMLHttpRequest", pages[lang])
    assert len(outline.ids) == len(set(outline.ids))
    inner = {link[1:] for link in outline.links if link.startswith("#")}
    assert inner <= set(outline.ids)
    assert {link for link in outline.links if not link.startswith("#")} == {NAMES["en" if lang == "zh" else "zh"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_go_down_one_step_at_a_time(pages: dict[str, str], lang: str) -> None:
    heads = read(pages[lang]).heads
    assert heads[0] == 1
    assert heads.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(heads))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_is_titled_and_has_its_table(pages: dict[str, str], lang: str) -> None:
    charts = re.findall(r"<svg[^>]*role=\"img\"[^>]*>", pages[lang])
    assert len(charts) == 3 * 6 + 2
    assert all("aria-label=" in chart for chart in charts)
    assert pages[lang].count("<figure") == pages[lang].count("<figcaption>") == len(charts)
    figures = re.findall(r"<figure.*?</figure>", pages[lang], re.DOTALL)
    assert all("<details>" in figure and "<table" in figure for figure in figures)


def test_names_from_data_are_escaped(pages: dict[str, str]) -> None:
    assert BAD not in pages["zh"]
    assert "<script>alert" not in pages["zh"]
    text = "".join(read(pages["zh"]).text)
    assert BAD in text
    assert "ask <b>them</b>" in text
    assert "Title <i>one</i>" in text


def test_the_language_is_declared(pages: dict[str, str]) -> None:
    assert pages["zh"].startswith('<!doctype html>\n<html lang="zh-CN">')
    assert '<html lang="en">' in pages["en"]


def test_without_a_script_every_area_is_shown(pages: dict[str, str]) -> None:
    assert pages["zh"].count('<article class="area"') == 3
    assert '<section id="areas">' in pages["zh"]  # the class `picked`, which hides areas, is set by the script alone
    assert '<p class="picker" hidden>' in pages["zh"]


def test_honest_sentences(pages: dict[str, str]) -> None:
    assert "对照线" in pages["zh"]
    assert "使用前应向主管部门核实" in pages["zh"]
    assert "a falling need does not mean that there is enough" in pages["en"]


def test_intervals_are_explained_where_there_are_some(pages: dict[str, str], plain: Path, own: Path) -> None:
    assert "因此没有误差区间" not in pages["zh"]
    assert "500 trajectories were run" in pages["en"]
    assert 'href="#sure"' in pages["en"]
    assert '<small class="under">8–12</small>' in pages["en"], "under the ten kindergarten places of the city"
    for path in plain.iterdir():
        (own / path.name).write_bytes(path.read_bytes())
    for name in ("chances", "coverage"):
        (own / f"{name}.parquet").unlink()
    page = write_report(own, "zh").read_text("utf-8")
    assert "因此没有误差区间" in page
    assert "没有区间和概率" in page
    assert 'class="under"' not in page
    assert 'class="band"' not in page


def test_the_same_run_gives_the_same_bytes(own: Path) -> None:
    first = write_report(own).read_bytes()
    assert write_report(own).read_bytes() == first


def test_another_scenario(own: Path) -> None:
    assert "低" in write_report(own, scenario="low").read_text("utf-8")


def test_a_language_or_folder_that_is_not_there(own: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--lang"):
        write_report(own, "fr")
    with pytest.raises(InputError, match="the folder of a run"):
        write_report(tmp_path / "nothing")
    assert not list(own.glob("*.html"))
