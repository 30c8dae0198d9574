"""Parity progression on trajectories: shocks of all births, how sure policies are, how little orders are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, FEMALE, Floats
from forecast.demography.noise import Draws
from forecast.demography.parity import BEARING, CELLS, Mothers, Parity
from forecast.demography.policy import Acting, acting
from forecast.kernels.parity import ORDERS, Apart, Progress, apart, progress
from forecast.kernels.paths import Cells, Course, Shocks


@dataclass(frozen=True, slots=True, eq=False)
class Bearing:
    """What the women of a run bear, around what the run expected.

    expected  the run without shocks: its levels, and its births by order, hold all that was met on the way
    timing    births per woman of the course over those of the rates: 1 unless migrants bear too   (step, area, age)
    recorded  steps whose births are on record
    """

    parity: Parity
    years: range
    expected: Mothers
    timing: Floats
    recorded: int

    def acts(self, draws: Draws) -> Acting:
        """The policies on each trajectory."""
        return acting(self.parity.effects, self.years, draws)

    def progress(self, area: int, births: Floats, draws: Draws, acts: Acting) -> Progress:
        """Women by number of children on each trajectory; births (step, draw) are shocks on all orders."""
        steps = len(births)
        level = self.expected.level[:steps, area]
        rates = self.parity.rates[:steps, ..., min(area, self.parity.rates.shape[-1] - 1)]
        factor = births[:, None] * self._mix(area, draws) * acts.factor[:steps]
        return progress(
            self.parity.start[area][..., None],
            (rates * level[..., None])[..., None],
            factor,
            acts.extra[:steps] if acts.waits else None,
            acts.opens[:steps] if acts.waits else None,
            moving=self.parity.moving,
        )

    def _mix(self, area: int, draws: Draws) -> Floats:
        """Factor of each order, so that all births of the first year stay what they were (order, draw)."""
        news = draws.normals("orders", 1)[:ORDERS, 0]
        spread = self.parity.spread[:, None]
        apart = np.exp(spread * news - 0.5 * spread**2)
        born = self.expected.births[0, area].sum(axis=AGE)
        total = float(born.sum())
        share = born / total if total > 0 else np.eye(ORDERS)[0]
        return np.asarray(apart / (share[:, None] * apart).sum(axis=0))

    def shocks(self, plain: Shocks, found: Progress, area: int) -> Shocks:
        """Shocks of an area whose women bear by the number of their children; births on record are given."""
        own = found.total[:, :, 1:]
        own *= self.timing[: len(own), area][:, None, :, None]
        own[: self.recorded] = 0.0
        return Shocks(np.ones_like(plain.births), plain.dying, plain.moves, plain.luck, own, BEARING.start)

    def orders(self, course: Course, shocks: Shocks, cells: Cells, found: Progress, area: int) -> Apart:
        """Births and women of an area by order and number of children, ages those of ``FERTILE``."""
        years = len(cells.births)

        def rates(given: Floats) -> Floats:
            here = given[:, min(area, given.shape[1] - 1), FEMALE, BEARING]
            return np.broadcast_to(here, (years, here.shape[-1]))

        women, born = cells.people[:, FEMALE, CELLS], cells.by_mother[:, BEARING]
        return apart(women, rates(course.survival), rates(course.dying), shocks.dying, born, found)
