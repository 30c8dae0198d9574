"""What every spec is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

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


def between(low: float, high: float, *, whole: bool = False) -> AfterValidator:
    """What lets an assumption through from ``low`` to ``high``; the fault names its key, the bounds and the number.

    Bounds are those of sense: beyond them the model breaks down, or says what nobody could mean.
    """

    def check(item: Assumption) -> Assumption:
        if low <= item.value <= high and (not whole or item.value == int(item.value)):
            return item
        number = "a whole number" if whole else "a number"
        raise refused("value", f"{number} from {low:g} to {high:g}", item.value)

    return AfterValidator(check)


def refused(key: str, expected: str, found: object) -> ValidationError:
    """What a validator raises to name one key of its spec, what should stand there and what does."""
    error = PydanticCustomError("refused", "{expected}", {"expected": expected})
    return ValidationError.from_exception_data("refused", [{"type": error, "loc": (key,), "input": found}])


Share = Annotated[Assumption, between(0.0, 1.0)]


class ModelHead(Spec):
    """What a model file says of itself."""

    name: str
    unit: str
    why: str
    engine: str = ""
