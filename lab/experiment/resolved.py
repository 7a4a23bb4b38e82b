"""An experiment with every default filled in, as a file again."""

from __future__ import annotations

from lab.experiment.keys import Key, parsed
from lab.experiment.toml_writer import document
from lab.experiment.variants import Plan


def resolved(plan: Plan) -> str:
    """The text of the experiment with every default filled in; `lab.experiment.variants.load` gives it back.

    A default that follows from a key that varies is left to each variant: the output's activation
    follows from the cost, and the number of epochs from whether there are steps.
    """
    tables = plan.experiment.model_dump(by_alias=True, exclude_none=True)
    varied = [parsed(text) for text in plan.experiment.vary]
    if _varies(varied, ("network", "cost")) and not _written(plan, "network", "output"):
        del tables["network"]["output"]
    if _varies(varied, ("training", "steps")) and not _written(plan, "training", "epochs"):
        tables["training"].pop("epochs", None)
    return document({key: value for key, value in tables.items() if value != {}})


def _varies(varied: list[Key], key: Key) -> bool:
    return any(other[: len(key)] == key for other in varied)


def _written(plan: Plan, table: str, key: str) -> bool:
    return key in plan.source.values.get(table, {})
