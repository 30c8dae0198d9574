from __future__ import annotations

from forecast.tables.near import did_you_mean, in_words


def test_the_nearest_word_is_named_whatever_its_case() -> None:
    assert did_you_mean("RESIDNT", ["resident", "registered"]) == "did you mean resident?"


def test_nothing_near_says_nothing() -> None:
    assert did_you_mean("zzz", ["resident"]) == ""
    assert did_you_mean("a", []) == ""


def test_long_lists_are_cut_and_counted() -> None:
    assert in_words(["a", "b"]) == "a, b"
    assert in_words(map(str, range(5)), shown=2) == "0, 1, ... (5 in all)"
