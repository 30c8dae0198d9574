"""The sentences that matter of a comparison: what becomes of each gap, for each service the strongest true one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.cli.compared import Compared
from forecast.cli.show import texts
from forecast.report.say import measure
from forecast.report.texts import Texts
from forecast.report.texts import texts as report_texts
from forecast.run.verdicts import Capacity, Crossing, Districts, Ends, Passage, Verdict


def sentences(found: Compared, lang: str) -> list[str]:
    """What to say of a comparison; nothing that is unknown is said to be nought (law 9)."""
    return _Speaker(found, lang).all()


def named(service: str, what: str, lang: str) -> str:
    """A service with what it counts: kindergarten places."""
    words = report_texts(lang)
    return texts(lang)["compare.what"].format(
        service=words.label("service", service), measure=measure(service, what, words)
    )


def counted(value: float) -> str:
    """A whole number with separators; a digit behind the point where it is below ten and not whole.

    >>> counted(1234.4), counted(-0.04), counted(2.52)
    ('1,234', '0', '2.5')
    """
    digits = 1 if abs(value) < 10 and abs(value - round(value)) >= 0.05 else 0
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def signed(value: float) -> str:
    """The same with a sign, but for nought.

    >>> signed(12.0), signed(-3.0), signed(0.01)
    ('+12', '-3', '0')
    """
    text = counted(value)
    return text if text.startswith("-") or text == "0" else f"+{text}"


def portion(value: float) -> str:
    """A percentage, one digit behind the point where it is below ten.

    >>> portion(0.44), portion(123.4), portion(0.01)
    ('0.4', '123', '0.0')
    """
    return f"{value:.1f}" if abs(value) < 9.95 else f"{value:.0f}"


@dataclass(frozen=True, slots=True)
class _Names:
    """How the area and the two scenarios are called in a sentence."""

    area: str
    base: str
    other: str


class _Speaker:
    """Puts verdicts into words of one language."""

    def __init__(self, found: Compared, lang: str) -> None:
        self.found, self.lang = found, lang
        self.words: Mapping[str, str] = texts(lang)
        self.report: Texts = report_texts(lang)
        area = found.area.name_zh if lang == "zh" else found.area.name_en
        base, other = (self.say("compare.quoted", title=title[lang]) for title in found.titles)
        self.names = _Names(area, base, other)

    def all(self) -> list[str]:
        if self.found.same:
            return [self.say("compare.same", area=self.names.area, base=self.names.base, other=self.names.other)]
        told = [self._ended(self._of(item)) for item in self.found.verdicts]
        return [*self._unknown(), *told]

    def say(self, key: str, **values: object) -> str:
        """A text with its blanks filled in."""
        return self.words[key].format(**values)

    def _ended(self, parts: list[str]) -> str:
        return self.report("list.semicolon").join(parts) + self.words["compare.stop"]

    def _unknown(self) -> list[str]:
        # Words for services stand at the head of tables too, so they begin with a capital in English.
        names = [self.report.label("service", service).lower() for service in self.found.unknown]
        if not names:
            return []
        moved = any(item.effect_from for item in self.found.verdicts if item.capacity is None)
        key = "compare.unknown" if moved else "compare.unknown.bare"
        now = self.found.verdicts[0].now
        return [self.say(key, area=self.names.area, services=self.report.listed(names), now=now)]

    def _of(self, item: Verdict) -> list[str]:
        if item.capacity is not None:
            return self._against_capacity(item, item.capacity)
        if item.effect_from is None:
            return [self._filled("compare.nothing", item)]
        parts = [self._course(item), self._effect(item), self._passage(item)]
        return parts + (self._districts(item, item.districts) if item.districts else [])

    def _filled(self, key: str, item: Verdict, **values: object) -> str:
        """A text with what most of them name: the area, the scenarios, the years, the service."""
        common = {
            "area": self.names.area,
            "base": self.names.base,
            "other": self.names.other,
            "what": named(item.service, item.measure, self.lang),
            "now": item.now,
            "middle": item.middle,
            "horizon": item.horizon,
        }
        return self.say(key, **{**common, **values})

    def _course(self, item: Verdict) -> str:
        """How need goes under the base until the middle year."""
        moved = "falls" if item.base < item.need_now else "rises" if item.base > item.need_now else "level"
        return self._filled(f"compare.{moved}", item, before=counted(item.need_now), after=counted(item.base))

    def _effect(self, item: Verdict) -> str:
        """What the scenario changes in the middle year, or when it begins to."""
        lost = item.need_now - item.base
        if item.gain == 0:
            key = "later" if (item.effect_from or 0) > item.middle else "hardly"
            return self._filled(
                f"compare.{key}",
                item,
                year=item.effect_from,
                peak=item.peak,
                gain=signed(item.peak_gain),
                share=portion(100.0 * item.peak_gain / (item.base_peak or 1.0)),
                between=self._between(item.peak_between),
            )
        fewer = item.gain < 0
        if lost > 0:
            key = "takes" if fewer else "brings" if item.gain <= lost else "exceeds"
        else:
            key = "spares" if fewer else "adds"
        ends = None if item.between is None else sorted(-end if fewer else end for end in item.between)
        return self._filled(
            f"compare.{key}",
            item,
            gain=counted(abs(item.gain)),
            lost=counted(lost),
            share=portion(100.0 * abs(item.gain) / (lost if lost > 0 else item.base or 1.0)),
            between=self._between(None if ends is None else (ends[0], ends[1])),
        )

    def _between(self, ends: Ends | None) -> str:
        return "" if ends is None else self.say("compare.between", low=counted(ends[0]), high=counted(ends[1]))

    def _passage(self, item: Verdict) -> str:
        """Whether need under the scenario goes back to what it is now."""
        base, other = item.base_passage, item.other_passage
        if other.below_from is None:
            key = "never_below" if other.never else "returns"
            return self._filled(f"compare.{key}", item, year=other.back, without=self._without(base, item.horizon))
        if base.below_from is None:
            return self._filled("compare.pushes", item, year=other.below_from, sure=self._sure(item))
        if item.raises and other.below_from > base.below_from:
            years = {"year": other.below_from, "base_year": base.below_from}
            return self._filled("compare.delays", item, **years, sure=self._sure(item))
        key = "even" if item.raises else "both"
        latest = other.below_from if item.raises else max(other.below_from, base.below_from)
        if latest > item.now + 1:
            key += "_from"
        return self._filled(f"compare.{key}", item, year=latest, sure=self._sure(item))

    def _without(self, base: Passage, horizon: int) -> str:
        if base.never:
            return self.words["compare.without.never"]
        if base.back is None:
            return self.say("compare.without.not", horizon=horizon)
        return self.say("compare.without.year", year=base.back)

    def _sure(self, item: Verdict) -> str:
        if item.other_below is None:
            return ""
        return self.say("compare.sure", share=f"{100.0 * item.other_below:.0f}", horizon=item.horizon)

    def _districts(self, item: Verdict, found: Districts) -> list[str]:
        """Where the scenario brings need back, and in how many districts it never does."""
        if found.never == found.count and not found.lost:
            return [self._filled("compare.districts.none", item, count=found.count)]
        parts = []
        if found.back:
            parts.append(self._filled("compare.districts.back", item, names=self._listed(found.back)))
        if found.without:
            parts.append(self._filled("compare.districts.without", item, count=found.without))
        if found.lost:
            parts.append(self._filled("compare.districts.lost", item, names=self._listed(found.lost)))
        return [*parts, self._filled("compare.districts.never", item, never=found.never, count=found.count)]

    def _listed(self, found: tuple[Crossing, ...]) -> str:
        names = []
        for item in found:
            key = "throughout" if item.year is None else "since"
            name = item.name_zh if self.lang == "zh" else item.name_en
            names.append(self.say(f"compare.{key}", name=name, year=item.year))
        return self.report.listed(names)

    def _against_capacity(self, item: Verdict, known: Capacity) -> list[str]:
        """What is on record against what is needed: a shortage that may close, or places to spare."""
        gap = item.need_now - known.value
        kind = "short" if gap > 0 else "spare"
        state = self._filled(
            f"compare.capacity.{kind}",
            item,
            capacity=counted(known.value),
            year=known.year,
            status=self.words.get(f"check.{known.status}", known.status),
            need=counted(item.need_now),
            gap=counted(abs(gap)),
        )
        quiet = [] if item.effect_from else [self._filled("compare.capacity.no_effect", item)]
        return [state, *quiet, self._closing(item, known, kind)]

    def _closing(self, item: Verdict, known: Capacity, kind: str) -> str:
        """When the gap of now closes: need at or below what is there for good, or above it for the first time."""
        short = kind == "short"
        base, other = (
            (item.base_passage.below_from, item.other_passage.below_from)
            if short
            else (item.base_above, item.other_above)
        )
        gaps = {
            "base_gap": counted(max((item.base - known.value) * (1 if short else -1), 0.0)),
            "other_gap": counted(max((item.other - known.value) * (1 if short else -1), 0.0)),
        }
        if other is not None:
            key = f"compare.{kind}.{'closes' if short else 'exceeds'}"
            if other == base:
                return self._filled(f"{key}_same", item, year=other)
            without = self.say("compare.never", horizon=item.horizon) if base is None else str(base)
            return self._filled(key, item, year=other, without=without)
        if base is not None:
            return self._filled(f"compare.{kind}.only", item, year=base, **gaps)
        if item.effect_from is None:
            return self._filled(f"compare.{kind}.same", item, **gaps)
        # A scenario that works against the gap and does not close it: the sentence a planner needs to hear.
        return self._filled(f"compare.{kind}.{'even' if item.raises != short else 'both'}", item, **gaps)
