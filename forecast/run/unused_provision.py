"""Rows of standards, supply and births by month that change nothing, though their writer may think that they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from forecast.project.spec import Models
from forecast.run.inputs import Frames
from forecast.run.model import Result
from forecast.run.provision import BEDS, CAPACITY, planned
from forecast.services.norms import Norm, Standard
from forecast.tables.near import did_you_mean

Told = tuple[str, int, str, Mapping[str, object]]
"""Table, rows, a key of the texts, and what goes into its blanks."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A standard in force here that would take the place of a followed one, did it say the same of whom it is for.

    meant  the words of the standard that was followed, the nearest where there are several
    """

    row: Standard
    followed: Standard
    meant: str


def idle_standards(result: Result) -> list[Idle]:
    """Standards of the project's areas that nobody follows, more local or later than one of their kind that is.

    Of the same place they must be said to apply to nearly the same: a country has many standards of a kind.
    """
    followed = [norm for demand in result.services.values() for _, norm in demand.norms()]
    used = {row.name for norm in followed for rows in norm.held for row in rows}
    chains = {code: result.facts.chain(code) for code in result.people.areas}
    known = {code for chain in chains.values() for code in chain}
    found = []
    for row in result.facts.standards.values():
        if row.name in used or row.area not in known or not row.told:
            continue
        near = dict.fromkeys(held for norm in followed for held in _giving_way(row, norm, result.people.areas, chains))
        if near:
            by_words = {held.applies_to: held for held in near}
            guess = did_you_mean(row.applies_to, by_words).removeprefix("did you mean ").removesuffix("?")
            held = by_words.get(guess, next(iter(near)))
            if not guess and all(row.area == held.area for held in near):
                continue
            found.append(Idle(row, held, guess or " | ".join(by_words)))
    return found


def _giving_way(
    row: Standard, norm: Norm, areas: tuple[str, ...], chains: Mapping[str, tuple[str, ...]]
) -> Iterator[Standard]:
    """What was followed of the same kind where and while a row would go before it."""
    seen: set[int] = set()
    for area, place in zip(areas, norm.place.tolist(), strict=True):
        if place in seen or row.area not in chains[area]:
            continue
        seen.add(place)
        chain = chains[area]
        for year, held in zip(norm.years, norm.held[place], strict=True):
            alike = (held.service, held.indicator) == (row.service, row.indicator) and held.subject != row.subject
            if held.area and alike and row.holds(year) and _order(row, chain) > _order(held, chain):
                yield held


def _order(row: Standard, chain: tuple[str, ...]) -> tuple[int, int]:
    return (-chain.index(row.area) if row.area in chain else -len(chain)), row.first


def standard_remarks(result: Result) -> list[str]:
    """The same for the remarks of a run."""
    return [
        f"standards, {item.row.name}: nothing follows it, for it applies to {item.row.applies_to or '(blank)'!r} where "
        f"{item.followed.name} is followed, which applies to {item.meant or '(blank)'!r}: write the same, or put "
        f"{item.followed.name} into its column replaces"
        for item in idle_standards(result)
    ]


def told_standards(result: Result) -> Iterator[Told]:
    """For ``forecast check``."""
    for item in idle_standards(result):
        blanks = {
            "name": item.row.name,
            "area": item.row.area,
            "applies": item.row.applies_to or "-",
            "followed": item.followed.name,
            "meant": item.meant or "-",
        }
        yield "standards", 1, "standard", blanks


def told_supply(result: Result, frames: Frames) -> Iterator[Told]:
    """Supply of strange places, plans, measures that only the nation is asked for, and what is for readers only."""
    frame = frames["supply"]
    frame = frame[frame["status"] != "gap"]
    own = [*(area.code for area in (*result.areas, *result.parents))]
    near = [code for code in own if code != result.parents[-1].code]
    everywhere, nation = _read(result.models)
    kind = pd.Series(list(zip(frame["service"], frame["measure"], strict=True)), index=frame.index, dtype=object)
    strange, plans = ~frame["area"].isin(own), planned(frame)
    asked, of_nation = kind.isin(list(everywhere)), kind.isin(list(nation))
    early = asked & kind.map(lambda item: item[1] in _shares(result.models)) & ~frame["year"].isin(result.people.years)
    local = of_nation & frame["area"].isin(near)
    left = ~strange & ~plans
    for why, rows, shown in (
        ("strange_area", strange, frame["area"]),
        ("plan", ~strange & plans, frame["measure"]),
        ("supply_year", left & early & frame["area"].isin(near), frame["year"]),
        ("nation_only", left & local, frame["area"].astype(str) + " " + frame["measure"].astype(str)),
        ("reading", left & ~asked & ~of_nation, frame["measure"]),
    ):
        if rows.any():
            name = "areas" if why == "strange_area" else "what"
            yield "supply", int(rows.sum()), why, {name: _listed(shown[rows])}


def _read(models: Models) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Service and measure of the supply that is read of all places, and of that which is read of the nation."""
    everywhere = {("nursery", name) for name in _shares(models)} | set(CAPACITY.items()) | {("eldercare", BEDS)}
    care = models.eldercare
    everywhere.add(("eldercare", care.institution.residents))
    nation = {("eldercare", care.institution.nursing_share)}
    nation |= {("eldercare", table.homes) for table in care.need.tables.values() if table.homes}
    return everywhere, nation - everywhere


def _shares(models: Models) -> tuple[str, ...]:
    take_up = models.nursery.take_up
    return tuple(name for name in (take_up.use, take_up.wish, take_up.inclusive) if name)


def told_months(result: Result, frames: Frames) -> Iterator[Told]:
    """Years without a birth in any month: they say nothing of a season."""
    empty = [(code, year) for (code, year), item in result.facts.births_by_month.items() if not any(item.births)]
    if empty:
        years = _listed(f"{code} {year}" for code, year in empty)
        yield "births_by_month", 12 * len(empty), "no_season", {"years": years}
    known = {code for area in result.people.areas for code in result.facts.chain(area)}
    frame = frames["births_by_month"]
    strange = ~frame["area"].isin(list(known))
    if strange.any():
        yield "births_by_month", int(strange.sum()), "strange_area", {"areas": _listed(frame.loc[strange, "area"])}


def _listed(items: Iterable[object]) -> str:
    return ", ".join(sorted({str(item) for item in items}))
