"""The command ``schema``."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of experiment files.

    By it an editor completes and checks them.

    Keep it with: lab schema > lab.schema.json, and begin a file with the line: #:schema lab.schema.json
    """
    import json

    from lab.experiment.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False, default=str))
