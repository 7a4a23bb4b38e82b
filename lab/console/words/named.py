"""What is called by a word in an experiment file, in a table, among the verdicts and among the figures."""

import re
from collections.abc import Iterator

from lab.console.words.columns import TABLES as COLUMNS
from lab.console.words.columns import column
from lab.experiment.schema import TABLES, Design, Experiment, Table
from lab.experiment.see import FIGURES
from lab.experiment.toml_writer import value_text


def named(text: str) -> dict[str, str]:
    """What has this name, a sentence each, by its kind: ``key``, ``table``, ``verdict``, ``figure``.

    A key may be written with its table, as ``training.eta``.

    >>> named("record.low_input_threshold")
    {'key': 'The key record.low_input_threshold: low: |a| ≤ this × rms a. Left out it is 0.1.'}
    """
    found = {}
    if keys := [sentence for key, sentence in _keys() if text in (key, key.rpartition(".")[2])]:
        found["key"] = " ".join(keys)
    if told := column(text):
        found["table"] = told
    if question := _question_of_verdict(text):
        found["verdict"] = f"A verdict, which answers: {question} lab show RUN tells it with its numbers."
    if text in FIGURES:
        from lab.figures import listing

        row = next(row for row in listing() if row["figure"] == text)
        found["figure"] = (
            f"A figure, drawn {row['drawn']}. {row['question']} How to read it: {row['how to read it']}."
        )
    return found


def names() -> list[str]:
    """All that `named` knows."""
    from lab.analysis.rules import RULES

    keys = [one for key, _ in _keys() for one in (key, key.rpartition(".")[2])]
    columns = [name for table in COLUMNS.values() for name in table]
    return list(dict.fromkeys([*keys, *columns, *RULES, *FIGURES]))


def _question_of_verdict(text: str) -> str:
    """What a verdict answers, with its constants as numbers; empty where none is called so."""
    from lab.analysis.rules import RULES, learning

    question = RULES[text].question if text in RULES else ""
    return re.sub("`([A-Z_]+)`", lambda found: f"{getattr(learning, found[1]):g}", question)


def _keys() -> Iterator[tuple[str, str]]:
    """The dotted keys of an experiment file, each with its sentence."""
    tables: dict[str, type[Table]] = {"": Experiment, **TABLES, "activations.NAME": Design}
    for table, model in tables.items():
        for name, field in model.model_fields.items():
            key = ".".join(filter(None, (table, field.alias or name)))
            if field.description:
                has_default = field.default not in (None, "", {}) and not field.is_required()
                default = f" Left out it is {value_text(field.default)}." if has_default else ""
                yield key, f"The key {key}: {field.description}.{default}"
            elif doc := (getattr(field.annotation, "__doc__", "") or "").partition("\n")[0]:
                yield key, f"The table [{key}]: {doc[0].lower()}{doc[1:]}"
