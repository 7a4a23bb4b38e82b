"""The tables of other libraries' functions; `test_dialect` holds what they mean."""

import ast

from lab.activations.formula.formula import Formula
from lab.activations.formula.libraries import (
    APPROXIMATE,
    CALLED,
    CONSTANTS_NAMES,
    KEYWORDS,
    MEANT,
    MODULES,
    OF_TWO,
    SIGMAS,
    TWO_MEANINGS,
    WRITTEN,
)


def test_every_name_of_the_tables_can_be_called():
    for name, (arguments, _) in WRITTEN.items():
        if name not in SIGMAS:
            given = ["0.3*z", "2", "3"][: arguments.count(",") + 1]
            assert Formula(f"{name}({', '.join(given)}) + z").text


def test_a_formula_uses_its_arguments_and_no_other_name():
    for arguments, text in WRITTEN.values():
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        assert names - {*CALLED, *CONSTANTS_NAMES} <= set(arguments.split(", "))


def test_what_a_function_means_elsewhere_can_be_called():
    assert {own for _, own in MEANT.values()} | {*OF_TWO.values(), *APPROXIMATE.values()} <= CALLED
    assert all(words <= MODULES for words, _ in MEANT.values())
    assert {*MEANT, *OF_TWO, *(name.rpartition(".")[2] for name in TWO_MEANINGS)} - {
        "PHI",
        "LOG",
        "Log",
    } <= CALLED


def test_every_keyword_is_the_name_of_an_argument():
    taken = {name for row in SIGMAS.values() for name in row.parameters}
    assert set(KEYWORDS.values()) <= taken | {
        name for pair in WRITTEN.values() for name in pair[0].split(", ")
    }
