"""Gross moves where only net ones are known: a stated rule."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats

ROUNDING = 1e-9
"""Share of the people, and persons, by which a loss may exceed the cap before it is more than rounding."""


def split(
    net: Floats, people: Floats, turnover: Floats, *, least: float = 0.1, cap: float = 0.8
) -> tuple[Floats, Floats]:
    """Arrivals and departures of one year whose difference is the net migration.

    net       net migrants of the year                                        (area, sex, age)
    people    people at risk                                                  (area, sex, age)
    turnover  moves in plus out per person where both are equal; not negative (sex, age) or (area, sex, age)
    least     smallest share of the larger stream that the smaller one is; from 0 to below 1
    cap       largest share of the people who depart
    returns   arrivals and departures, not negative                           (area, sex, age)

    The streams lie on the hyperbola arrivals + departures = sqrt((turnover * people)^2 + (g * net)^2) with
    g = (1 + least) / (1 - least). A place in balance turns over as stated; one that gains or loses much more than that
    does so almost one way, with a counter-stream of ``least`` of the stream (Ravenstein 1885: each current has its
    counter-current). It is smooth, unlike the broken line of the flow difference method, which is its tangent at no
    net migration: arrivals = turnover * people / 2 + net / 2. Wishes yield in this order: the net is met, then the
    cap, then ``least``, then the turnover; where the cap bites, arrivals and departures fall by the same number.
    Raises ValueError where a net loss alone is more than the cap.

    >>> split(np.array([[[0.0]]]), np.array([[[1000.0]]]), np.array([[0.1]]))
    (array([[[50.]]]), array([[[50.]]]))
    """
    if not 0.0 <= least < 1.0 or not 0.0 < cap <= 1.0:
        raise ValueError(f"a least share of {least} or a cap of {cap} is no such share")
    if (people < 0).any() or (turnover < 0).any():
        raise ValueError("people and turnover must not be negative")
    most = cap * people
    beyond = -net > most + ROUNDING * (people + 1.0)
    if beyond.any():
        place = tuple(int(x) for x in np.argwhere(beyond)[0])
        raise ValueError(f"a net loss of {-net[place]} is more than {cap} of {people[place]} people, at {place}")
    ease = turnover * people
    slope = (1.0 + least) / (1.0 - least)
    size = np.abs(net)
    both = np.hypot(ease, slope * net)
    # (both - size) / 2, written so that nothing cancels where the net is large
    total = both + size
    spare = ease**2 + (slope**2 - 1.0) * size**2
    counter = np.divide(spare, 2.0 * total, out=np.zeros_like(total), where=total > 0)
    departures = np.minimum(counter + np.maximum(-net, 0.0), np.maximum(most, -net))
    arrivals = np.maximum(departures + net, 0.0)
    return arrivals, departures
