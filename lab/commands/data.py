"""The commands ``data list``, ``data look``, ``data add`` and ``data fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.commands.options import Place, Suggesting, prints_page

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.group(cls=Suggesting)
def data() -> None:
    """List data sets, look at a file of yours, or add a set."""


@data.command(name="list")
@prints_page
def list_data() -> Page:
    """List the data sets and whether they are there."""
    from lab.console.screen import Page, table
    from lab.data.added.store import listing

    found = listing()
    shown = [row | {"parameters": row["parameters"] or None} for row in found]
    return Page(found, [table(shown, spare=("parameters", "where"), whole=True)])


@data.command()
@click.argument("file", type=Place())
@prints_page
def look(file: Path) -> Page:
    """Look at a file of data: tell its columns.

    Prints the table [data] that reads it, to be pasted into an experiment file.

    FILE is .csv, .tsv, .txt, .data, .dat, .arff, each also with .gz, .npz or .parquet.
    """
    from lab.console.data import look_page

    return look_page(file)


@data.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    required=True,
    type=Place(),
    help="A folder of IDX files, a Keras .npz, an npm .tgz or a .zip.",
)
def add(name: str, source: Path) -> None:
    """Add mnist or fashion-mnist from files that you have.

    Their content is checked.
    """
    from lab.data.added.store import add as add_data

    click.echo(add_data(name, source))


@data.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Download mnist or fashion-mnist from its mirrors.

    The content is checked.
    """
    from lab.data.added.store import fetch as fetch_data

    click.echo(fetch_data(name))
