"""The command line: words in, words out, and an exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings

import click

from lab.commands import activations, data, results, running, theory
from lab.commands.options import Suggesting
from lab.errors import INTERRUPTED, LabError

COMMANDS = (
    *(running.new, running.check, running.run, running.resume),
    *(results.list_runs, results.show_run, results.compare, results.plot),
    *(activations.activations, activations.formulas, activations.design, activations.certify),
    *(activations.check_activation, theory.predict, theory.demon, data.data),
)
"""In the order in which ``lab --help`` lists them."""


@click.group(
    cls=Suggesting, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="activation-lab", prog_name="lab")
def cli() -> None:
    """Design activation functions and see, layer by layer, how fast a network learns with them.

    Begin with: lab new vanishing, then lab run vanishing.toml
    """


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """The program ``lab``: runs a command and exits with its code.

    0 done · 1 some trials failed · 2 the command or the file is wrong · 3 a claim does not hold ·
    4 storage · 130 interrupted, also by SIGTERM.
    """
    as_json = "--json" in sys.argv
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(standalone_mode=False)
    except LabError as error:
        _fail(str(error), error.exit_code, as_json)
    except click.ClickException as error:
        if not as_json:
            error.show()
            sys.exit(2)
        _fail(error.format_message(), 2, as_json)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}", 4, as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int, as_json: bool) -> None:
    from lab.console.screen import plain

    if as_json:
        click.echo(json.dumps({"error": message, "exit_code": code}))
    else:
        for line in message.splitlines():
            click.echo(f"error: {plain(line)}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
