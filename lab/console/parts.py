"""The pages of ``lab help``: what a word means, and the parts of a kind with their parameters."""

from dataclasses import MISSING
from inspect import getdoc
from typing import Any

from lab import plugins
from lab.console.glossary import GLOSSARY, looked_up
from lab.console.screen import Page, Rows, bold, dim, table
from lab.errors import LabError, did_you_mean


def words_page() -> Page:
    """All words of the glossary, a line each, and the kinds of parts."""
    rows = [(name, word.symbol, word.meaning) for name, word in GLOSSARY.items()]
    value = [{"word": name, "symbol": word.symbol, "meaning": word.meaning} for name, word in GLOSSARY.items()]
    more = f"lab help WORD tells one; it lists the parts of a kind: {', '.join(plugins.KINDS)}"
    return Page(value, [Rows(("word", "symbol", "what it means"), rows), more])


def word_page(text: str) -> Page:
    """What a word means: of the glossary, a kind of parts, or a column of the table ``layers``.

    Raises LabError, with the nearest, where it is none of them.
    """
    kinds = [*plugins.KINDS, *(kind.singular for kind in plugins.KINDS.values())]
    probes = {column: probe for probe in plugins.usable("probes").values() for column in probe.columns}
    name = looked_up(text)
    parts = kind_page(text) if text in kinds else None
    if name is None and parts is None and text not in probes:
        spellings = [spelling for name, word in GLOSSARY.items() for spelling in (name, *word.also)]
        raise LabError(f"no word {text!r}; {did_you_mean(text, [*GLOSSARY, *probes, *kinds], spellings)}")
    body: list[Any] = []
    value: Any = None
    if name is not None:
        word = GLOSSARY[name]
        body += [bold(f"{name}: {word.symbol}" if word.symbol else name), word.meaning]
        body += [dim(f"see: {', '.join(word.see)}")] if word.see else []
        value = {"word": name, "symbol": word.symbol, "meaning": word.meaning, "see": word.see}
    if text in probes:
        body += [f"the column {text} of the table layers: {_in_a_line(probes[text])}"]
        value = (value or {"word": text}) | {"column": _in_a_line(probes[text])}
    if parts is not None:
        body += [*parts.body]
        value = parts.value
    return Page(value, body)


def _in_a_line(part: type) -> str:
    return " ".join((getdoc(part) or "").replace("``", "").split())


def kind_page(word: str) -> Page:
    """A row a part of the kind that is called so, in the singular or the plural: its parameters, what it is.

    Raises LabError where there is no such kind.
    """
    kinds = {name: one for one, kind in plugins.KINDS.items() for name in (one, kind.singular)}
    if word not in kinds:
        raise LabError(f"no parts are called {word!r}; {did_you_mean(word, plugins.KINDS)}")
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
