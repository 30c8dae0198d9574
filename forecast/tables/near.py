"""The word that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """A question that names the nearest option, or nothing where none is near.

    >>> did_you_mean("brths", ["births", "deaths"])
    'did you mean births?'
    >>> did_you_mean("xyz", ["births", "deaths"])
    ''
    """
    lowered = {option.lower(): option for option in options}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return f"did you mean {lowered[found[0]]}?" if found else ""


def in_words(options: Iterable[str], shown: int = 12) -> str:
    """A list of options, cut short when it is long."""
    words = list(options)
    rest = f", ... ({len(words)} in all)" if len(words) > shown else ""
    return ", ".join(words[:shown]) + rest
