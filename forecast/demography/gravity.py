"""A gravity model of moves between areas: a Poisson regression, and stated coefficients where no move was observed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from forecast.axes import Floats, frozen
from forecast.errors import InputError

EARTH_KM = 6371.0088
"""Mean radius of the earth."""
EXTERNAL = {"province": 1, "country": 2}
"""Areas outside the project by their code in ``Pairs.pool``: the rest of the province, the rest of the country."""

Term = Literal["distance", "contiguous", "housing", "core", "pool"]
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "distance": ("log distance",),
        "contiguous": ("contiguous",),
        "housing": ("housing growth of destination",),
        "core": ("core to core", "core to periphery", "periphery to core"),
        "pool": ("from province", "to province", "from country", "to country"),
    }
)
"""What each term adds to the constant and the logs of both sizes."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What is known of origins, destinations and pairs; whatever is None is not used.

    origin, destination  people, or another size, positive                                   (area,)
    distance             kilometres, positive off the diagonal                               (area, area)
    contiguous           1 where areas share a border                                        (area, area)
    housing              yearly growth of dwellings of the destination, 0.01 is one per cent (area,)
    core                 whether an area belongs to the core of the city                     (area,)
    pool                 0 an area, 1 the rest of the province, 2 the rest of the country    (area,)
    """

    origin: Floats
    destination: Floats
    distance: Floats
    contiguous: Floats | None = None
    housing: Floats | None = None
    core: Floats | None = None
    pool: Floats | None = None

    def __post_init__(self) -> None:
        areas = self.origin.size
        for name in ("origin", "destination", "housing", "core", "pool", "distance", "contiguous"):
            value = getattr(self, name)
            if value is None:
                continue
            shape = (areas, areas) if name in {"distance", "contiguous"} else (areas,)
            if np.shape(value) != shape:
                raise ValueError(f"{name} of shape {np.shape(value)} does not fit {shape}")
            object.__setattr__(self, name, frozen(value))
        if (self.origin <= 0).any() or (self.destination <= 0).any():
            raise ValueError("sizes of origins and destinations must be positive")
        if (self.distance[self.apart] <= 0).any():
            raise ValueError("distances between areas must be positive")

    @property
    def apart(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Pairs of two different areas (area, area)."""
        return ~np.eye(self.origin.size, dtype=bool)

    def columns(self, terms: tuple[Term, ...]) -> dict[str, Floats]:
        """The regressors by name, each (area, area); the diagonal holds nothing of use."""
        areas = self.origin.size
        square = np.ones((areas, areas))
        told = {
            "constant": square,
            "log origin": np.log(self.origin)[:, None] * square,
            "log destination": np.log(self.destination)[None, :] * square,
        }
        for term in terms:
            if getattr(self, term) is None:
                raise ValueError(f"the gravity model asks for {term}, which is not given")
            told |= dict(zip(COLUMNS[term], self._term(term), strict=True))
        return told

    def _term(self, term: Term) -> list[Floats]:
        square = np.ones_like(self.distance)
        value = np.asarray(getattr(self, term))
        if term == "distance":
            return [np.log(np.where(self.apart, value, 1.0))]
        if term == "contiguous":
            return [value]
        if term == "housing":
            return [value[None, :] * square]
        if term == "core":
            inside = np.ones_like(value) if self.pool is None else (self.pool == 0).astype(np.float64)
            edge = inside * (1.0 - value)
            core = inside * value
            return [np.outer(core, core), np.outer(core, edge), np.outer(edge, core)]
        flags = [(value == code).astype(np.float64) for code in EXTERNAL.values()]
        return [column for flag in flags for column in (flag[:, None] * square, flag[None, :] * square)]


@dataclass(frozen=True, slots=True)
class Gravity:
    """flow(i, j) is Poisson with log mean constant + b log origin(i) + g log destination(j) + terms of the pair.

    terms  which of ``COLUMNS`` are used beside both sizes

    Fitted by maximum likelihood, which needs no moves in any one pair and no logs of them; errors are those of a
    quasi-Poisson. Sources: Flowerdew and Aitkin 1982, Journal of Regional Science 22; Santos Silva and Tenreyro 2006,
    Review of Economics and Statistics 88.
    """

    terms: tuple[Term, ...] = ("distance",)

    def fit(self, flows: Floats, pairs: Pairs) -> FittedGravity:
        """Fit to observed moves (origin, destination); NaN is a pair that was not observed, the diagonal is left out.

        Raises InputError where there are too few pairs, or where they cannot tell the terms apart.
        """
        from statsmodels.genmod.families import Poisson
        from statsmodels.genmod.generalized_linear_model import GLM
        from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

        told = pairs.columns(self.terms)
        seen = pairs.apart & np.isfinite(flows)
        if (flows[seen] < 0).any():
            raise ValueError("flows must not be negative")
        design = np.stack([column[seen] for column in told.values()], axis=1)
        self._refuse(design, float(flows[seen].sum()))
        # centred and scaled, so that sizes in the millions and dummies weigh alike in the arithmetic
        middle, spread = design[:, 1:].mean(axis=0), design[:, 1:].std(axis=0)
        turn = np.diag(np.concatenate([[1.0], 1.0 / spread]))
        turn[0, 1:] = -middle / spread
        with warnings.catch_warnings():  # made-up flows may be met exactly; the rank is known to be full
            warnings.simplefilter("ignore", PerfectSeparationWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                result = GLM(flows[seen], design @ turn, family=Poisson()).fit(scale="X2", tol=1e-12, maxiter=200)
            except ValueError as error:
                what, way_out = "moves that a regression can tell apart", "correct the counts, or take the table out"
                raise InputError.one("data/**/migration", what, str(error), way_out) from None
        covariance = turn @ np.asarray(result.cov_params()) @ turn.T
        return FittedGravity(
            self.terms,
            tuple(told),
            turn @ np.asarray(result.params),
            np.sqrt(np.diag(covariance)),
            float(result.scale),
            1.0 - float(result.deviance / result.null_deviance),
        )

    def _refuse(self, design: Floats, moves: float) -> None:
        where = f"data/**/migration, gravity model with {', '.join(self.terms) or 'sizes only'}"
        pairs, wanted = design.shape
        if pairs <= wanted or moves <= 0:
            what = f"more than {wanted} pairs of places with a row (one for each term of the regression)"
            way_out = "give more pairs, name fewer gravity.terms in models/movement.toml, or take the table out"
            found = f"{pairs} pairs" if pairs <= wanted else f"{pairs} pairs in which nobody moves"
            raise InputError.one(where, what, found, way_out)
        rank = int(np.linalg.matrix_rank(design / np.maximum(np.abs(design).max(axis=0), 1e-300)))
        if rank < wanted:
            way_out = "leave out of gravity.terms one that does not vary, or that the others already tell"
            raise InputError.one(where, f"{wanted} terms that can be told apart", str(rank), way_out)


@dataclass(frozen=True, slots=True, eq=False)
class FittedGravity:
    """A fitted gravity model.

    terms         those of the model
    names         of the coefficients
    coefficients  on the log of the flow                                     (term,)
    errors        their standard errors, stretched by the dispersion         (term,)
    dispersion    Pearson's: variance over mean; 1 is Poisson
    explained     share of the deviance that the terms take away
    """

    terms: tuple[Term, ...]
    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    dispersion: float
    explained: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "coefficients", frozen(self.coefficients))
        object.__setattr__(self, "errors", frozen(self.errors))

    @property
    def named(self) -> dict[str, float]:
        """The coefficients by name."""
        return dict(zip(self.names, self.coefficients.tolist(), strict=True))

    def predict(self, pairs: Pairs) -> Floats:
        """Expected moves (origin, destination) of these areas, none on the diagonal: seeds for raking."""
        told = pairs.columns(self.terms)
        logs = sum((value * told[name] for name, value in self.named.items()), np.zeros_like(pairs.distance))
        return np.where(pairs.apart, np.exp(logs), 0.0)


def stated(terms: tuple[Term, ...], coefficients: Mapping[str, float]) -> FittedGravity:
    """A model by stated coefficients, by the names of ``Pairs.columns``, where no move was observed.

    Once a table is raked to both margins, only what belongs to pairs (distance, border) matters.
    """
    values = np.array(list(coefficients.values()))
    unknown = np.full(values.size, np.nan)
    return FittedGravity(terms, tuple(coefficients), values, unknown, np.nan, np.nan)


def great_circle(lon: Floats, lat: Floats) -> Floats:
    """Kilometres between points (area, area) given in degrees (area,), on a sphere, by the haversine formula."""
    east, north = np.radians(lon), np.radians(lat)
    half_north = np.sin((north[:, None] - north[None, :]) / 2.0) ** 2
    half_east = np.sin((east[:, None] - east[None, :]) / 2.0) ** 2
    square = half_north + np.cos(north)[:, None] * np.cos(north)[None, :] * half_east
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0))))
