"""The pages of ``lab help``: what a word means, and the parts of a kind with their parameters."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING
from inspect import getdoc
from typing import Any

from lab import plugins
from lab.console.screen import Block, Page, Rows, bold, dim, table
from lab.console.words.glossary import GLOSSARY, looked_up
from lab.console.words.named import named
from lab.console.words.named import names as named_words
from lab.errors import PartError
from lab.parts import Probe
from lab.spelling import called_here, did_you_mean, nearest

_KINDS = {name: kind for kind, one in plugins.KINDS.items() for name in (kind, one.singular)}
"""The kinds of parts, by their words in the singular and the plural."""

_LISTED = [kind for kind in plugins.KINDS if kind != "figures"]
"""The kinds whose parts are told by their names; figures take a second to load."""


def words_page() -> Page:
    """All words of the glossary, a line each, and the kinds of parts."""
    rows = [(name, word.symbol, word.meaning) for name, word in GLOSSARY.items()]
    value = [dict(zip(("word", "symbol", "meaning"), row, strict=True)) for row in rows]
    more = f"lab help WORD tells one; it lists the parts of a kind: {', '.join(plugins.KINDS)}"
    return Page(value, [Rows(("word", "symbol", "what it means"), rows, spare=("symbol",)), more])


def is_word(text: str) -> bool:
    """Whether `word_page` knows it."""
    return bool(_told(text)[1])


def word_page(text: str, also: Iterable[str] = ()) -> Page:
    """What a word means: of the glossary, a column of the table ``layers``, a kind of parts, or one part.

    Or a key of an experiment file, a column of another table, a verdict, or a figure. What has another
    name elsewhere, as ``xavier``, is told by the lab's own, by each that it may mean; a parameter, as ``mu``,
    by the parts that have it.

    Raises PartError, with the nearest, of which some may be ``also``, where it is none of them.
    """
    here = text.lower().replace("iz", "is")
    for words in ([text], [here], [re.sub("[_ ]", "-", here)], called_here(text.replace(" ", "-"))):
        told = [(value, body) for value, body in map(_told, words) if body]
        if told:
            values = [value for value, _ in told]
            return Page(values if told[1:] else values[0], [line for _, body in told for line in body])
    if not (parts := _parts(text, "parameters")):
        spellings = [spelling for word in GLOSSARY.values() for spelling in word.also]
        names = [name for kind in _LISTED for name in plugins.names(kind)]
        known = {*GLOSSARY, *_columns(), *_KINDS, *names, *also, *named_words()}
        is_near = nearest(text, [*known, *spellings]) is not None
        more = "; results/README.md defines every column of a table" * (not is_near)
        raise PartError(f"no word {text!r}; {did_you_mean(text, known, spellings)}{more}")
    return Page({"word": text, "parts": parts}, [table(parts, whole=True)])


def _told(text: str) -> tuple[Any, list[Block]]:
    """All that has this name, for a program and for a reader; no lines where it is no word."""
    value: dict[str, Any] = {"word": text}
    body: list[Block] = []
    if (name := looked_up(text)) is not None:
        word = GLOSSARY[name]
        value |= {"word": name, "symbol": word.symbol, "meaning": word.meaning, "see": word.see}
        body += [bold(f"{name}: {word.symbol}" if word.symbol else name), word.meaning]
        body += [dim(f"see: {', '.join(word.see)}")] if word.see else []
    if probe := _columns().get(text):
        value["column"] = " ".join(_plain(getdoc(probe)).split())
        body += [f"In the table layers, {value['column']}"]
    value |= (sentences := named(text))
    body += sentences.values()
    if parts := _parts(text):
        value["parts"] = parts
        body += [table(parts, whole=True)]
    if text in _KINDS:
        listed = kind_page(text)
        return listed.value, [*body, *listed.body]
    return value, body


def _parts(text: str, told: str = "name") -> list[dict[str, str]]:
    """The parts of this name, each with its kind; or with it among what else is ``told``."""
    return [
        {"kind": plugins.KINDS[kind].singular, **row}
        for kind in _LISTED
        if told != "name" or text in plugins.names(kind)
        for row in kind_page(kind).value
        if text in re.findall("(?:^|, )([^=,]+)", row[told])
    ]


def _columns() -> dict[str, type]:
    """The columns of the table ``layers``, with the probe that measures each."""
    probes: Mapping[str, type[Probe]] = plugins.usable("probes")
    return {column: probe for probe in probes.values() for column in probe.columns}


def kind_page(word: str) -> Page:
    """A row a part of the kind that is called so, in the singular or the plural: its parameters, what it is.

    Of a figure its question, how to read it, and when it is drawn.
    """
    if _KINDS[word] == "figures":
        from lab.figures import listing

        figures = listing()
        return Page(figures, [table(figures, whole=True)])
    rows = [
        {"name": name, "parameters": parameters(part), "what it is": _plain(getdoc(part)).partition("\n")[0]}
        for name, part in plugins.usable(_KINDS[word]).items()
    ]
    return Page(rows, [table(rows, whole=True)])


def _plain(doc: str | None) -> str:
    """A docstring as a reader of pages has it: names bare."""
    return (doc or "").replace("`", "")


def parameters(part: type) -> str:
    """The parameters of a class with their defaults, as an experiment file writes them."""
    defaults = {key: field.default for key, field in plugins.fields(part).items()}
    return ", ".join(
        key if value in (MISSING, None) else f"{key}={value:{'.6g' if isinstance(value, float) else ''}}"
        for key, value in defaults.items()
    )
