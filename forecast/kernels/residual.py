"""Net migrants that two counts leave unexplained, under three assumptions of when they came.

All take cells of equal width (one year of age, or five) and an interval of whole steps of that width:

    start, end  persons by cell at both counts                                         (..., age)
    survival    ratio S of a step: [0] birth to cell 0, [x] cell x - 1 to x, last: the
                two oldest cells together to the open one                              (step or 1, ..., age)
    births      births of each step                                                    (step, ...)
    returns     net persons over the whole interval                                    (..., age)

Source: United Nations 1970, Manual VI (survival ratio methods); Preston, Heuveline and Guillot 2001, chapter 6; the
three timings are those of the United Nations' DemoTools (stock change, time-even flow, cohort-even flow). Deaths follow
``step``: half of a step's migrants live through it, or for ``stock`` none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from forecast.axes import Floats
from forecast.kernels.step import aged

Method = Literal["stock", "time_even", "cohort_even"]
BIRTH_STEP = 0.5
"""A cohort spends half of the step it is born in alive: a triangle of the Lexis diagram against a parallelogram."""


def survived(start: Floats, survival: Floats, births: Floats) -> Floats:
    """Persons expected at the second count if nobody moved (..., age).

    >>> survived(np.array([40.0, 20.0, 10.0]), np.full((1, 3), 0.5), np.array([60.0, 80.0]))
    array([40. , 15. , 17.5])
    """
    now = start
    for step, born in enumerate(births):
        now = _of(survival, step) * aged(now, born)
    return np.asarray(now)


def stock(start: Floats, end: Floats, survival: Floats, births: Floats) -> Floats:
    """Everybody comes at the very end, by age then: counted minus survived; for the youngest, minus survived births."""
    return np.asarray(end - survived(start, survival, births))


def time_even(start: Floats, end: Floats, survival: Floats, births: Floats) -> Floats:
    """The same number each step, by age when moving (half at a step's start, half at its end, as timing ``even``).

    Solves the steps for the flow exactly; over one step M[x] = 2 D[x] - S[x] M[x - 1], with D the stock residual.
    Errors of the counts turn their sign from age to age: smooth the result, or prefer ``cohort_even``.
    """
    missing = stock(start, end, survival, births)
    impulse = np.eye(start.shape[-1])
    effect = np.zeros_like(impulse)
    for step in range(len(births)):
        ratio = _of(survival, step)[..., None, :]
        effect = ratio * aged(effect + 0.5 * impulse) + 0.5 * impulse
    flow = np.linalg.solve(np.swapaxes(effect, -1, -2), missing[..., None])[..., 0]
    return np.asarray(len(births) * flow)


def cohort_even(start: Floats, end: Floats, survival: Floats, births: Floats) -> Floats:
    """The same number of each cohort each step, by age at the second count; half of a step's live through the step.

    D = sum over steps j of m w[j] (1 + s[j]) / 2 x the later s, with s the cohort's ratios and w the steps (the step of
    birth: one half); returned is m x the sum of w. The open cohort's ratios are those of its people.
    """
    missing = stock(start, end, survival, births)
    paths = _paths(start, survival, births)
    alive = np.ones_like(missing)
    counted, spent = np.zeros_like(missing), np.zeros(missing.shape[-1])
    for step in reversed(range(len(births))):
        weight = _spent(step, len(births), missing.shape[-1])
        counted += weight * 0.5 * (1.0 + paths[step]) * alive
        spent += weight
        alive = alive * paths[step]
    return np.asarray(missing * spent / counted)


ESTIMATORS: Mapping[Method, Callable[[Floats, Floats, Floats, Floats], Floats]] = {
    "stock": stock,
    "time_even": time_even,
    "cohort_even": cohort_even,
}


def squares(cohorts: Floats) -> Floats:
    """Net migrants of one step (..., age), from age at the end to age when moving: half of a cohort are a cell younger.

    Those born in the step move in the first cell only, the open cohort in the last. The total stays.

    >>> squares(np.array([3.0, 4.0, 6.0, 1.0]))
    array([5., 5., 3., 1.])
    """
    out = np.array(cohorts, dtype=np.float64)
    half = 0.5 * out[..., 1:-1]
    out[..., 1:-1] -= half
    out[..., :-2] += half
    return out


def _of(survival: Floats, step: int) -> Floats:
    ratio: Floats = survival[min(step, len(survival) - 1)]
    return ratio


def _spent(step: int, steps: int, ages: int) -> Floats:
    """Part of a step that each cohort, by cell at the end, is there: none before its birth (age,)."""
    age = np.arange(ages) - (steps - 1 - step)
    return np.where(age < 0, 0.0, np.where(age == 0, BIRTH_STEP, 1.0))


def _paths(start: Floats, survival: Floats, births: Floats) -> list[Floats]:
    """The ratio each cohort meets in each step, by its cell at the end; 1 before its birth; [step] of (..., age)."""
    steps, ages = len(births), start.shape[-1]
    paths = []
    now = start
    for step, born in enumerate(births):
        ratio = _of(survival, step)
        older = steps - 1 - step
        path = np.ones(np.broadcast_shapes(start.shape, ratio.shape))
        path[..., older:] = np.broadcast_to(ratio, path.shape)[..., : ages - older]
        before, now = aged(now, born), ratio * aged(now, born)
        # the open cohort of the end was open, or on its way there, all the time
        people = before[..., ages - 1 - older :].sum(axis=-1)
        left = now[..., ages - 1 - older :].sum(axis=-1)
        path[..., -1] = np.where(people > 0, left / np.where(people > 0, people, 1.0), path[..., -1])
        paths.append(path)
    return paths
