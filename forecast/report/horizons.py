"""The page of a back-test: errors by horizon, one small chart for each set and group, with the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.report.svg import LEFT, figure, label, path, ticks

PAGE = "errors.html"
HIGH, TOP, FOOT, RIGHT = 250, 20, 216, 430
STYLES = {
    "no-change": ("#8c8c8c", "2 3"),
    "repeat-growth": ("#b8860b", "7 3"),
    "hamilton-perry": ("#882255", "4 3"),
    "hamilton-perry-shrunk": ("#cc79a7", "4 3 1 3"),
    "progression-flat": ("#882255", "4 3"),
    "progression-births": ("#cc79a7", "4 3 1 3"),
    "ensemble": ("#117733", "1 2"),
    "cohort-ratio": ("#0072b2", ""),
    "progression": ("#0072b2", ""),
}
"""Colour and dashes of each method: told apart without colour too; the engines drawn through."""
WORDS = {
    "title": "Errors by horizon · 各预测年数的误差",
    "about": "WAPE, percent: the sum of absolute errors over the sum of what came, over all areas and origins. "
    "Solid blue: the engine; dashed and dotted: methods that it must beat. · "
    "加权绝对百分误差,合并全部地区与起点年。蓝色实线为本引擎,虚线为对照方法。",
    "years": "years ahead · 预测年数",
}


def write_page(folder: Path, scores: pd.DataFrame) -> Path:
    """Write ``errors.html`` into a folder from a table of scores; everything in one file, nothing fetched."""
    body = "".join(
        _set(scores[(scores["set"] == name) & (scores["size"] == "all")], str(name)) for name in _names(scores)
    )
    style = (files("forecast.report") / "style.css").read_text("utf-8")
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{WORDS["title"]}</title>'
        f"<style>{style}</style></head><body><main><h1>{WORDS['title']}</h1><p>{WORDS['about']}</p>{body}</main></body></html>\n"
    )
    target = folder / PAGE
    target.write_text(page, encoding="utf-8", newline="\n")
    return target


def _names(scores: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(scores["set"].astype(str)))


def _set(scores: pd.DataFrame, name: str) -> str:
    groups = {group: scores[scores["group"] == group] for group in dict.fromkeys(scores["group"].astype(str))}
    charts = "".join(
        f'<figure class="panel"><h3>{escape(group)}</h3>{_chart(part, f"{name}, {group}")}</figure>'
        for group, part in groups.items()
    )
    return f'<section><h2>{escape(name)}</h2><div class="panels">{charts}</div>{_table(scores)}</section>'


def _chart(scores: pd.DataFrame, title: str) -> str:
    """WAPE of each method by horizon; the axis goes from nought to above the engine, however bad the others are."""
    lines = list(_lines(scores))
    horizons = sorted({int(year) for _, years, _ in lines for year in years})
    ends = [values.max() for method, _, values in lines if STYLES[method][1] == ""]
    grades = ticks(1.6 * float(max(ends, default=1.0)))
    left = float(LEFT)

    def across(years: Sequence[int] | Floats) -> Floats:
        return np.asarray(np.interp(years, (horizons[0], horizons[-1]), (left + 8, RIGHT)))

    def high(values: Floats) -> Floats:
        return np.asarray(FOOT - (FOOT - TOP) * np.minimum(values, grades[-1]) / grades[-1])

    body = []
    for grade, y in zip(grades, high(np.array(grades)), strict=True):
        body.append(f'<line x1="{left}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        body.append(label(left - 8, y + 4, f"{grade:g}%", "tick"))
    body += [label(float(across([year])[0]), FOOT + 17, str(year), "year") for year in horizons]
    body.append(label((left + RIGHT) / 2, FOOT + 32, WORDS["years"], "year"))
    for method, years, values in lines:
        colour, dashes = STYLES[method]
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        width = "2.6" if not dashes else "1.6"
        inside = int(np.argmax(values > grades[-1])) if (values > grades[-1]).any() else len(values)
        inside = max(inside, 1)  # what leaves the chart is not drawn along its edge
        body.append(
            path(
                across(years[:inside]),
                high(values[:inside]),
                f'stroke="{colour}" fill="none" stroke-width="{width}"{dash}',
            )
        )
    for place, (method, _, _) in enumerate(lines):
        colour, dashes = STYLES[method]
        y = TOP + 14 * place
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        body.append(f'<path d="M{RIGHT + 14} {y}h26" stroke="{colour}" stroke-width="2"{dash}/>')
        body.append(label(RIGHT + 46, y + 4, method, "end", colour))
    about = "; ".join(f"{method}: {values[-1]:.1f} % at {years[-1]} years" for method, years, values in lines)
    return figure(HIGH, title, about, body)


def _lines(scores: pd.DataFrame) -> Iterator[tuple[str, list[int], Floats]]:
    for method in STYLES:
        mine = scores[(scores["method"] == method) & scores["wape"].notna()].sort_values("horizon")
        if len(mine):
            yield method, [int(year) for year in mine["horizon"]], mine["wape"].to_numpy(np.float64)


def _table(scores: pd.DataFrame) -> str:
    """The figures behind the charts."""
    wide_table = scores[scores["method"].isin(list(STYLES))].pivot_table(
        index=["group", "horizon"], columns="method", values="wape", sort=False
    )
    heads = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in ("group", "years", *wide_table.columns))
    rows = "".join(
        f'<tr><th scope="row">{escape(str(keys[0]))}</th><td>{keys[1]}</td>'
        + "".join("<td></td>" if np.isnan(value) else f"<td>{value:.2f}</td>" for value in values)
        + "</tr>"
        for keys, values in zip(wide_table.index.tolist(), wide_table.to_numpy(np.float64), strict=True)
    )
    shown = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    return f"<details><summary>WAPE, %</summary>{shown}</details>"
