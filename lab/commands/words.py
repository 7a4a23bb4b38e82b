"""The command ``help``, which tells what a word means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from lab.commands.options import prints_page

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.command(name="help")
@click.argument("word", nargs=-1)
@prints_page
def help_on(word: Sequence[str]) -> Page:
    """Tell what a word means, or list the parts of a kind.

    \b
    lab help saturation
    lab help learning_speed
    lab help costs

    WORD is one of the book's or the lab's, a column of a table, a key of an experiment file such as
    record.every, a verdict, a figure, a part such as adam, or a kind of parts: activations, costs,
    initialisers, optimisers, datasets, probes or figures; or else a command.
    Without WORD, list the words.
    """  # noqa: D301
    from lab.console.screen import Page, verbatim
    from lab.console.words.parts import is_word, word_page, words_page

    text, root = " ".join(word), click.get_current_context().find_root()
    commands = root.command.commands if isinstance(root.command, click.Group) else {}
    if text not in commands or is_word(text):
        return word_page(text, commands) if word else words_page()
    told = commands[text].get_help(click.Context(commands[text], info_name=text, parent=root))
    return Page(told, [verbatim(told)])
