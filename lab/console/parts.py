"""The page of ``lab help``: the parts of a kind, with their parameters."""

from dataclasses import MISSING
from inspect import getdoc
from typing import Any

from lab import plugins
from lab.console.screen import Page, table
from lab.errors import PartError, did_you_mean


def kind_page(word: str) -> Page:
    """A row a part of the kind that is called so, in the singular or the plural: its parameters, what it is.

    Of a figure its question, how to read it, and when it is drawn.

    Raises PartError where there is no such kind.
    """
    kinds = {name: one for one, kind in plugins.KINDS.items() for name in (one, kind.singular)}
    if word not in kinds:
        raise PartError(f"no parts are called {word!r}; {did_you_mean(word, plugins.KINDS)}")
    if kinds[word] == "figures":
        from lab.figures import listing

        return Page(listing(), [table(listing())])
    rows = [
        {"name": name, "parameters": parameters(part), "what it is": (getdoc(part) or "").partition("\n")[0]}
        for name, part in plugins.usable(kinds[word]).items()
    ]
    return Page(rows, [table(rows)])


def parameters(part: type) -> str:
    """The parameters of a class with their defaults, as an experiment file writes them."""
    defaults = {key: field.default for key, field in plugins.fields(part).items()}
    return ", ".join(
        key if value in (MISSING, None) else f"{key}={_short(value)}" for key, value in defaults.items()
    )


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
