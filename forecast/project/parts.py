"""What every spec is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

AreaCode = Annotated[str, Field(pattern=r"^\d{6,12}$")]
Year = Annotated[int, Field(ge=1900, le=2150)]
Status = Literal["verified", "derived", "recalled", "observed", "assumed"]


class Spec(BaseModel):
    """Closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Assumption(Spec):
    """A number that no table holds, with its status, its source and one sentence of reason (law 14)."""

    value: float
    status: Status
    source: str
    why: str = ""


class ModelHead(Spec):
    """What a model file says of itself."""

    name: str
    unit: str
    why: str
    engine: str = ""
