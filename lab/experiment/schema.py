"""What an experiment file may say: its tables, their keys, types, ranges and defaults.

Nothing is coerced (``"30"`` is no number, ``30.0`` is no whole number), unknown keys are refused, and
numbers are finite. Whether named parts exist and fit each other is seen by `lab.experiment.checks`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from lab.experiment.keys import Key
from lab.storage import Migrations

FILE_VERSION = 1
"""The version of the file's format, its key ``schema``: the newest that this lab reads."""

MIGRATIONS: Migrations = {}
"""How a file of an older version is brought up to the next: version → function of the file's values."""

USUAL_BATCH = 10
"""The examples a step where the file says nothing and there are so many."""

LARGEST_COUNT = 10**15
"""The largest number of anything that can be asked for, so that estimates of sizes stay numbers."""


@dataclass(frozen=True)
class Part:
    """Marks a key whose value names a part of this kind of `lab.plugins.KINDS`, or several."""

    kind: str
    table: bool = True
    """Whether a part may be written as a table of its name and its parameters."""
    bare: bool = True
    """Whether a variant's label says the part alone, without the key."""


def part_name(spec: Any) -> str:
    """The name of a part, however it is written; empty where there is none."""
    name = spec.get("name", "") if isinstance(spec, Mapping) else spec
    return name if isinstance(name, str) else ""


def _part(value: Any, place: str = "") -> Any:
    """A part: its name, or a table of its name and its parameters."""
    if part_name(value).strip():
        return value
    message = 'a name, or a table such as {name = "…", parameter = 0.1}'
    raise PydanticCustomError("expected", f"{message}{place}", {"got": value})


def _part_or_parts(value: Any) -> Any:
    """A part for all hidden layers, or a list of parts, one for each."""
    if not isinstance(value, list):
        return _part(value)
    return [_part(entry, f" at entry [{index}]") for index, entry in enumerate(value)]


def _word_or_count(*words: str) -> PlainValidator:
    """A check for one of these words or a whole number of at least 1."""
    choices = " or ".join(f'"{word}"' for word in words)

    def checked(value: Any) -> Any:
        if (type(value) is int and 1 <= value <= LARGEST_COUNT) or (type(value) is str and value in words):
            return value
        raise PydanticCustomError("expected", f"{choices}, or a whole number >= 1")

    return PlainValidator(checked, json_schema_input_type=Literal[words] | Count)


Spec: TypeAlias = Annotated[str | dict[str, Any], PlainValidator(_part)]
"""A part as a file writes it: ``"leaky-relu"`` or ``{name = "leaky-relu", slope = 0.1}``."""

Specs: TypeAlias = Annotated[Spec | list[Spec], PlainValidator(_part_or_parts)]

Count: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]


def _key(description: str, default: Any = ..., **limits: Any) -> Any:
    """A key: what an editor says of it, its default unless it is needed, and pydantic's limits to it."""
    return Field(default=default, description=description, **limits)


class Table(BaseModel):
    """A table of an experiment file; abstract."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Data(Table):
    """Which data set, how much of it, and (any further key) the data set's own parameters."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Part("datasets", table=False)] = _key(
        "a data set, or a path to a file: .npz, .parquet, or .csv, .tsv, .txt, .data, .arff, each also .gz",
        min_length=1,
    )
    train: Count | None = _key("how many examples train; else as many as the data set usually has", None)
    test: int | None = _key("how many examples test; else as usual", None, ge=0, le=LARGEST_COUNT)

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Network(Table):
    """The hidden layers' widths, the activations, the cost and the first weights."""

    hidden: list[Count] = _key(
        "the widths of the hidden layers alone, for the data give the inputs and outputs; [] for none"
    )
    activation: Annotated[Specs, Part("activations")] = _key(
        "σ of all hidden layers, or a list of one for each", "sigmoid"
    )
    output: Annotated[Spec, Part("activations", bare=False)] = _key(
        'σ of the output; left out it is "identity" with softmax-cross-entropy', "sigmoid"
    )
    cost: Annotated[Spec, Part("costs")] = _key("what is minimised", "cross-entropy")
    initialiser: Annotated[Spec, Part("initialisers")] = _key("what draws the first w and b", "nielsen")

    @model_validator(mode="before")
    @classmethod
    def _output_of_the_cost(cls, table: Any) -> Any:
        if isinstance(table, Mapping) and part_name(table.get("cost")) == "softmax-cross-entropy":
            return {"output": "identity", **table}
        return table

    @property
    def activations(self) -> list[str | dict[str, Any]]:
        """The activation of each hidden layer, from the first."""
        each = self.activation
        return each if isinstance(each, list) else [each] * len(self.hidden)


class Training(Table):
    """How the weights are changed, and for how long."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["epochs", "steps"]}})

    optimiser: Annotated[Spec, Part("optimisers")] = _key("what turns gradients into steps", "descent")
    eta: float = _key("the learning rate η", 0.1, gt=0)
    lambda_: float = _key("weight decay: w ← (1 − ηλ/n) w", 0.0, alias="lambda", ge=0)
    batch: Annotated[Literal["full"] | int, _word_or_count("full")] | None = _key(
        'examples a step; left out it is 10, or "full" where there are fewer', None
    )
    epochs: Count | None = _key("how long to train; 30 where there are no steps", None)
    steps: Count | None = _key("how long to train, in place of epochs", None)
    dtype: Literal["float64", "float32"] = _key("the precision of all numbers", "float64")
    engine: Literal["auto", "numpy", "compiled"] = _key(
        'what takes the steps: numpy, or the compiled kernel; "auto" takes what is faster and can', "auto"
    )
    surrogate_floor: float | None = _key(
        "a counterfactual: BP1 and BP2 pass max(σ′, floor) for σ′, so that what the weights follow is not "
        "the gradient of C; 0 is the control, σ′ itself",
        None,
        ge=0,
    )

    @model_validator(mode="before")
    @classmethod
    def _epochs_without_steps(cls, table: Any) -> Any:
        return {"epochs": 30, **table} if isinstance(table, Mapping) and "steps" not in table else table

    @field_validator("steps")
    @classmethod
    def _one_length(cls, steps: int | None, info: ValidationInfo) -> int | None:
        if steps is not None and info.data.get("epochs") is not None:
            raise PydanticCustomError("contradiction", "contradicts its neighbour", {"other": "epochs"})
        return steps


class Trials(Table):
    """How many replicates every variant gets, and the root of their random streams."""

    seeds: Count = _key("trials of every variant", 10)
    seed: int = _key("the root of all random streams", 0, ge=0)


class Record(Table):
    """What is measured, and how often."""

    every: Annotated[Literal["auto", "log"] | int, _word_or_count("auto", "log")] = _key(
        'steps from reading to reading; "auto" makes at most 100 readings', "auto"
    )
    on: Literal["batch", "probe"] = _key('what a reading sees; "probe" is always the same examples', "batch")
    examples: Count = _key('how many examples a reading sees with on = "probe"', 300)
    quantities: Annotated[list[str], Part("probes", table=False, bare=False)] = _key(
        'quantities, or probes of one\'s own; "default", "all"', ["default"], min_length=1
    )
    saturation_threshold: float = _key("saturated: |σ′| < this × sup|σ′|", 0.05, gt=0, lt=1)
    low_input_threshold: float = _key("low: |a| ≤ this × rms a", 0.1, gt=0)
    neurons: bool = _key("whether there is a table of single neurons too", False)

    @field_validator("quantities", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, names: Any) -> Any:
        return [names] if isinstance(names, str) else names


class Design(Table):
    """An activation of one's own by one formula in z; any further key is a parameter of the formula."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"oneOf": [{"required": ["value"]}, {"required": ["derivative"]}]}
    )
    __pydantic_extra__: dict[str, float]

    value: str | None = _key("the formula of σ", None)
    derivative: str | None = _key("the formula of σ′, which is integrated", None, validate_default=True)
    at_least: float | None = _key("a claim, proved before anything runs: σ′ ≥ this", None)
    at_most: float | None = _key("a claim, proved before anything runs: σ′ ≤ this", None)

    @field_validator("at_most")
    @classmethod
    def _not_below_at_least(cls, at_most: float | None, info: ValidationInfo) -> float | None:
        at_least = info.data.get("at_least")
        if at_most is not None and at_least is not None and at_most < at_least:
            raise PydanticCustomError("expected", f"a number >= at_least = {at_least!r}")
        return at_most

    @field_validator("derivative")
    @classmethod
    def _one_formula(cls, derivative: str | None, info: ValidationInfo) -> str | None:
        if "value" in info.data and (info.data["value"] is None) == (derivative is None):
            if derivative is None:
                raise PydanticCustomError("needed", "needs one formula: `value` or `derivative`")
            raise PydanticCustomError("contradiction", "contradicts its neighbour", {"other": "value"})
        return derivative


class Experiment(Table):
    """A whole experiment file."""

    title: str = _key("the question that the experiment asks", "")
    schema_: int = _key(
        "the version of the file's format", FILE_VERSION, alias="schema", ge=1, le=FILE_VERSION
    )
    data: Data
    network: Network
    training: Training = Training()
    trials: Trials = Trials()
    vary: dict[str, list[Any]] = _key("dotted keys in quotes with the values to try, in all combinations", {})
    record: Record = Record()
    activations: dict[str, Design] = _key("designs: activations of one's own by name", {})
    see: dict[str, str] = _key(
        'what to see, a line a figure by its name, and "answer": the answer to the title; a blank in braces, '
        "such as {learning_speed of layer 2 at the start}, is filled from the tables",
        {},
    )


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


def named_parts(settings: Experiment) -> Iterator[tuple[Key, Part, Any]]:
    """The key of every part that an experiment names, its kind and how it is written; each of a list."""
    for key, part in PARTS.items():
        table, name = map(str, key)
        value = getattr(getattr(settings, table), name)
        if isinstance(value, list):
            yield from (((*key, index), part, spec) for index, spec in enumerate(value))
        else:
            yield key, part, value


def key_names(table: type[Table]) -> list[str]:
    """The keys of a table, as a file writes them."""
    return [field.alias or name for name, field in table.model_fields.items()]
