"""What an experiment file may say: its tables, their keys, types, ranges and defaults.

Nothing is coerced (``"30"`` is no number, ``30.0`` is no whole number), unknown keys are refused, and
numbers are finite. Whether named parts exist and fit each other is seen by `lab.experiment.checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

from lab.experiment.keys import Key
from lab.storage import Migrations

FILE_VERSION = 1
"""The version of the file's format, its key ``schema``: the newest that this lab reads."""

MIGRATIONS: Migrations = {}
"""How a file of an older version is brought up to the next: version → function of the file's values."""

LARGEST_COUNT = 10**15
"""The largest number of anything that can be asked for, so that estimates of sizes stay numbers."""


@dataclass(frozen=True)
class Part:
    """Marks a key whose value names a part, or parts.

    Attributes
    ----------
    kind
        Which kind of part, of `lab.plugins.KINDS`.
    table
        Whether the value may be a table of the part's name and its parameters.
    bare
        Whether a variant's label says the part alone, without the key.

    """

    kind: str
    table: bool = True
    bare: bool = True


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


def _word_or_count(*words: str) -> PlainValidator:
    """A check for one of these words or a whole number of at least 1."""
    choices = " or ".join(f'"{word}"' for word in words)

    def checked(value: Any) -> Any:
        counted = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_COUNT
        if counted or (isinstance(value, str) and value in words):
            return value
        raise PydanticCustomError("expected", f"{choices}, or a whole number >= 1")

    return PlainValidator(checked, json_schema_input_type=Literal[words] | Count)


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
    """Which data set, how much of it, and (any further key) the data set's own parameters."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Part("datasets", table=False)] = Field(
        min_length=1, description="a data set, or a path to a .csv, .npz or .parquet file"
    )
    train: Count | None = Field(default=None, description="examples to train on; else as many as is usual")
    test: int | None = Field(
        default=None, ge=0, le=LARGEST_COUNT, description="examples to test on; else as usual"
    )

    @property
    def parameters(self) -> dict[str, Any]:
        """The data set's own parameters."""
        return dict(self.model_extra or {})


class Network(Table):
    """The hidden layers' widths, the activations, the cost and the first weights."""

    hidden: list[Count] = Field(description="the widths of the hidden layers; [] for none")
    activation: Annotated[Specs, Part("activations")] = Field(
        default="sigmoid", description="σ of all hidden layers, or a list of one for each"
    )
    output: Annotated[Spec, Part("activations", bare=False)] = Field(
        default="sigmoid", description='σ of the output; left out it is "identity" with softmax-cross-entropy'
    )
    cost: Annotated[Spec, Part("costs")] = Field(default="cross-entropy", description="the cost")
    initialiser: Annotated[Spec, Part("initialisers")] = Field(
        default="nielsen", description="what draws the first weights and biases"
    )

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
    """How the weights are changed, and for how long."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["epochs", "steps"]}})

    optimiser: Annotated[Spec, Part("optimisers")] = Field(
        default="descent", description="what turns ∇C into steps"
    )
    eta: float = Field(default=0.1, gt=0, description="the learning rate η")
    lambda_: float = Field(default=0.0, alias="lambda", ge=0, description="weight decay: w ← (1 − ηλ/n) w")
    batch: Annotated[Literal["full"] | int, _word_or_count("full")] = Field(
        default="full", description="examples a step"
    )
    epochs: Count | None = Field(default=None, description="epochs to train for; 30 without steps")
    steps: Count | None = Field(default=None, description="steps to train for, in place of epochs")
    dtype: Literal["float64", "float32"] = Field(
        default="float64", description="the precision of all numbers"
    )
    surrogate_floor: float | None = Field(
        default=None,
        ge=0,
        description="a counterfactual: BP1 and BP2 pass max(σ′, floor) for σ′, so that what the weights "
        "follow is not the gradient of C; 0 is the control, σ′ itself",
    )

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
    """How many replicates every variant gets, and the root of their random streams."""

    seeds: Count = Field(default=10, description="trials of every variant")
    seed: int = Field(default=0, ge=0, description="the root of all random streams")


class Record(Table):
    """What is measured, and how often."""

    every: Annotated[Literal["auto", "log"] | int, _word_or_count("auto", "log")] = Field(
        default="auto", description='steps from reading to reading; "auto" makes at most 200 of them'
    )
    on: Literal["batch", "probe"] = Field(
        default="batch",
        description='the examples that a reading sees: the batch, or "probe", always the same',
    )
    examples: Count = Field(default=300, description='how many examples a reading sees with on = "probe"')
    quantities: Annotated[list[str], Part("probes", table=False, bare=False)] = Field(
        default=["default"], min_length=1, description='quantities, or probes of one\'s own; "default", "all"'
    )
    saturation_threshold: float = Field(
        default=0.05, gt=0, lt=1, description="saturated: |σ′| < this × sup|σ′|"
    )
    low_input_threshold: float = Field(default=0.1, gt=0, description="low: |a| < this × rms a")
    neurons: bool = Field(default=False, description="whether there is a table of single neurons too")


class Design(Table):
    """An activation of one's own by one formula in z; any further key is a parameter of the formula."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"oneOf": [{"required": ["value"]}, {"required": ["derivative"]}]}
    )
    __pydantic_extra__: dict[str, float]

    value: str | None = Field(default=None, description="the formula of σ")
    derivative: str | None = Field(
        default=None, validate_default=True, description="the formula of σ′, which is integrated from 0"
    )
    at_least: float | None = Field(
        default=None, description="a claim, proved before anything runs: σ′ ≥ this"
    )
    at_most: float | None = Field(default=None, description="a claim, proved before anything runs: σ′ ≤ this")

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

    title: str = Field(default="", description="the question that the experiment asks")
    schema_: int = Field(
        default=FILE_VERSION,
        alias="schema",
        ge=1,
        le=FILE_VERSION,
        description="the version of the file's format",
    )
    data: Data
    network: Network
    training: Training = Field(default_factory=Training)
    trials: Trials = Field(default_factory=Trials)
    vary: dict[str, list[Any]] = Field(
        default={}, description="dotted keys in quotes with the values to try; every combination is a variant"
    )
    record: Record = Field(default_factory=Record)
    activations: dict[str, Design] = Field(
        default={}, description="designs: activations of one's own by name"
    )

    @property
    def designs(self) -> dict[str, dict[str, Any]]:
        """The tables of the designs, without the keys that say nothing."""
        return {name: design.model_dump(exclude_none=True) for name, design in self.activations.items()}


TABLES: dict[str, type[Table]] = {
    name: field.annotation
    for name, field in Experiment.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Table)
}
"""The tables that have fixed keys."""

PARTS: dict[Key, Part] = {
    (table, name): mark
    for table, model in TABLES.items()
    for name, field in model.model_fields.items()
    for mark in field.metadata
    if isinstance(mark, Part)
}
"""The keys whose values are parts."""


def part_name(spec: Any) -> str:
    """The name of a part, however it is written; empty where there is none."""
    name = spec.get("name", "") if isinstance(spec, Mapping) else spec
    return name if isinstance(name, str) else ""


def key_names(table: type[Table]) -> list[str]:
    """The keys of a table, as a file writes them."""
    return [field.alias or name for name, field in table.model_fields.items()]


def _contradiction(other: str) -> PydanticCustomError:
    return PydanticCustomError("contradiction", "contradicts its neighbour", {"other": other})
