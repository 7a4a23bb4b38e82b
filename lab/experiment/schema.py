"""What an experiment file may say: its tables, their keys, types, ranges and defaults.

Nothing is coerced (``"30"`` is no number, ``30.0`` is no whole number), unknown keys are refused, and
numbers are finite. Whether named parts exist and fit each other is seen by `lab.experiment.checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

SCHEMA = 1
"""The version of the file's format that this lab reads."""

LARGEST_COUNT = 10**15
"""The largest number of anything that can be asked for, so that estimates of sizes stay numbers."""


def _part(value: Any) -> Any:
    """A part: its name, or a table of its name and its parameters."""
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, Mapping) and isinstance(value.get("name"), str) and value["name"].strip():
        return dict(value)
    raise PydanticCustomError("expected", 'a name, or a table such as {name = "…", parameter = 0.1}')


def _part_or_parts(value: Any) -> Any:
    """A part for all hidden layers, or a list of parts, one for each."""
    if not isinstance(value, list):
        return _part(value)
    parts = []
    for index, entry in enumerate(value):
        try:
            parts.append(_part(entry))
        except PydanticCustomError as error:
            message = f"{error.message()} at entry [{index}]"
            raise PydanticCustomError("expected", message, {"got": entry}) from None
    return parts


def _word_or_count(*words: str) -> Callable[[Any], Any]:
    """A check for one of these words or a whole number of at least 1."""
    choices = " or ".join(f'"{word}"' for word in words)

    def checked(value: Any) -> Any:
        counted = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_COUNT
        if counted or (isinstance(value, str) and value in words):
            return value
        raise PydanticCustomError("expected", f"{choices}, or a whole number >= 1")

    return checked


Spec: TypeAlias = Annotated[str | dict[str, Any], PlainValidator(_part)]
"""A part as a file writes it: ``"leaky-relu"`` or ``{name = "leaky-relu", slope = 0.1}``."""

Specs: TypeAlias = Annotated[
    str | dict[str, Any] | list[str | dict[str, Any]], PlainValidator(_part_or_parts)
]
"""One part, or a list of parts."""

Count: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
"""A number of things, of which there is at least one."""


class Table(BaseModel):
    """A table of an experiment file; abstract."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Data(Table):
    """``[data]``: which data set, how much of it, and (any further key) the data set's own parameters."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(min_length=1, description="a data set, or a path to a .csv, .npz or .parquet file")
    train: Count | None = None
    test: int | None = Field(default=None, ge=0, le=LARGEST_COUNT)

    @property
    def parameters(self) -> dict[str, Any]:
        """The data set's own parameters."""
        return dict(self.model_extra or {})


class Network(Table):
    """``[network]``: the hidden layers' widths, the activations, the cost and the first weights.

    ``output`` left out is ``"identity"`` where the cost is softmax-cross-entropy, else ``"sigmoid"``.
    """

    hidden: list[Count] = Field(description="the widths of the hidden layers; [] for none")
    activation: Specs = "sigmoid"
    output: Spec = "sigmoid"
    cost: Spec = "cross-entropy"
    initialiser: Spec = "nielsen"

    @model_validator(mode="before")
    @classmethod
    def _fill_output(cls, table: Any) -> Any:
        if not isinstance(table, Mapping) or "output" in table:
            return table
        linear = part_name(table.get("cost")) == "softmax-cross-entropy"
        return {**table, "output": "identity" if linear else "sigmoid"}

    @property
    def activations(self) -> list[str | dict[str, Any]]:
        """The activation of each hidden layer, from the first."""
        if isinstance(self.activation, list):
            return list(self.activation)
        return [self.activation] * len(self.hidden)


class Training(Table):
    """``[training]``: how the weights are changed, and for how long.

    Exactly one of ``epochs`` and ``steps`` counts; where neither is given, ``epochs`` is 30.
    ``surrogate_floor`` trains a counterfactual: BP1 and BP2 pass max(σ′, floor) for σ′, and what the weights
    follow is not the gradient of C. 0 is the control, σ′ itself.
    """

    optimiser: Spec = "descent"
    eta: float = Field(default=0.1, gt=0)
    lambda_: float = Field(default=0.0, alias="lambda", ge=0)
    batch: Annotated[Literal["full"] | int, PlainValidator(_word_or_count("full"))] = "full"
    epochs: Count | None = None
    steps: Count | None = None
    dtype: Literal["float64", "float32"] = "float64"
    surrogate_floor: float | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _fill_epochs(cls, table: Any) -> Any:
        if not isinstance(table, Mapping) or "epochs" in table or "steps" in table:
            return table
        return {**table, "epochs": 30}

    @field_validator("steps")
    @classmethod
    def _one_length(cls, steps: int | None, info: ValidationInfo) -> int | None:
        if steps is not None and info.data.get("epochs") is not None:
            raise _contradiction("epochs")
        return steps


class Trials(Table):
    """``[trials]``: how many replicates every variant gets, and the root of their random streams."""

    seeds: Count = 10
    seed: int = Field(default=0, ge=0)


class Record(Table):
    """``[record]``: what is measured, and how often; ``neurons`` asks for a table of single neurons too."""

    every: Annotated[Literal["auto", "log"] | int, PlainValidator(_word_or_count("auto", "log"))] = "auto"
    on: Literal["batch", "probe"] = "batch"
    examples: Count = 300
    quantities: list[str] = Field(default=["default"], min_length=1)
    saturation_threshold: float = Field(default=0.05, gt=0, lt=1)
    low_input_threshold: float = Field(default=0.1, gt=0)
    neurons: bool = False


class Design(Table):
    """``[activations.NAME]``: an activation of one's own, by its value or by its derivative.

    ``at_least`` and ``at_most`` claim bounds of σ′; any further key is a parameter of the formula.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float]

    value: str | None = None
    derivative: str | None = Field(default=None, validate_default=True)
    at_least: float | None = None
    at_most: float | None = None

    @field_validator("derivative")
    @classmethod
    def _one_formula(cls, derivative: str | None, info: ValidationInfo) -> str | None:
        if "value" in info.data and (info.data["value"] is None) == (derivative is None):
            if derivative is None:
                raise PydanticCustomError("needed", "needs one formula: `value` or `derivative`")
            raise _contradiction("value")
        return derivative


class Experiment(Table):
    """A whole experiment file."""

    title: str = ""
    schema_: int = Field(default=SCHEMA, alias="schema", ge=1, le=SCHEMA)
    data: Data
    network: Network
    training: Training = Field(default_factory=Training)
    trials: Trials = Field(default_factory=Trials)
    vary: dict[str, list[Any]] = Field(default_factory=dict)
    record: Record = Field(default_factory=Record)
    activations: dict[str, Design] = Field(default_factory=dict)

    @property
    def designs(self) -> dict[str, dict[str, Any]]:
        """The tables of the designs, without the keys that say nothing."""
        return {name: design.model_dump(exclude_none=True) for name, design in self.activations.items()}


TABLES: dict[str, type[Table]] = {
    "data": Data,
    "network": Network,
    "training": Training,
    "trials": Trials,
    "record": Record,
}
"""The tables that have fixed keys."""

SPEC_KEYS = (
    ("network", "activation"),
    ("network", "output"),
    ("network", "cost"),
    ("network", "initialiser"),
    ("training", "optimiser"),
)
"""The keys whose values are parts, which may be tables."""


def part_name(spec: Any) -> str:
    """The name of a part, however it is written; empty where there is none."""
    name = spec.get("name", "") if isinstance(spec, Mapping) else spec
    return name if isinstance(name, str) else ""


def key_names(table: type[Table]) -> list[str]:
    """The keys of a table, as a file writes them."""
    return [field.alias or name for name, field in table.model_fields.items()]


def _contradiction(other: str) -> PydanticCustomError:
    return PydanticCustomError("contradiction", "contradicts its neighbour", {"other": other})
