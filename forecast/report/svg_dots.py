"""Methods compared group by group, as dots in rows of inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.axes import Floats
from forecast.report.svg import WIDTH, figure, label, ticks, wide

MARKS = ("circle", "square", "triangle", "diamond")


def dots(
    rows: Sequence[str], names: Sequence[str], values: Floats, colours: Sequence[str], title: str, about: str
) -> str:
    """One row a group, one mark a method: values (method, row) in percent from nought to the right."""
    step, left, right = 30.0, 70.0, WIDTH - 30.0
    top, foot = 44.0, 44.0 + step * len(rows)
    grades = ticks(float(values.max()))

    def across(value: float) -> float:
        return left + (right - left) * value / grades[-1]

    body = []
    for grade in grades:
        body.append(
            f'<line x1="{across(grade):.1f}" x2="{across(grade):.1f}" y1="{top - 8}" y2="{foot - 8}" class="grid"/>'
        )
        body.append(label(across(grade), foot + 10, f"{grade:g}%", "year"))
    for place, row in enumerate(rows):
        y = top + step * place + 6
        ends = across(float(values[:, place].min())), across(float(values[:, place].max()))
        body.append(label(left - 10, y + 4, row, "tick"))
        body.append(f'<line x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{y}" y2="{y}" class="span"/>')
        body += [mark(MARKS[m], across(float(values[m, place])), y, colours[m]) for m in range(len(names))]
    at = left
    for shape, name, colour in zip(MARKS, names, colours, strict=False):
        body += [mark(shape, at + 6, 14, colour), label(at + 18, 18, name, "end")]
        at += 40 + wide(name)
    return figure(int(foot + 22), title, about, body)


def mark(shape: str, x: float, y: float, colour: str) -> str:
    """A small mark; methods differ in shape as well as in colour."""
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{colour}"/>'
    if shape == "square":
        return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>'
    if shape == "triangle":
        return f'<path d="M{x:.1f} {y - 7:.1f}L{x + 7:.1f} {y + 5:.1f}L{x - 7:.1f} {y + 5:.1f}Z" fill="{colour}"/>'
    corners = f"M{x:.1f} {y - 7:.1f}L{x + 7:.1f} {y:.1f}L{x:.1f} {y + 7:.1f}L{x - 7:.1f} {y:.1f}Z"
    return f'<path d="{corners}" fill="{colour}"/>'
