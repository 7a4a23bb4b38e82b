"""The command line: words in, words out, and an exit code."""

import json
import re
import signal
import sys
import warnings

import click

from lab.commands import activations, bridge, data, experiments, runs, theory, words
from lab.commands.options import Suggesting
from lab.console.streams import settle
from lab.errors import INTERRUPTED, LabError, StorageError, plain, system_reason, told

COMMANDS = (
    *(experiments.new, experiments.check, experiments.run, experiments.resume),
    *(runs.list_runs, runs.show_run, runs.compare, runs.plot, runs.report, runs.table),
    runs.verify,
    *(activations.activations, activations.formulas, activations.design, activations.certify),
    *(bridge.export, bridge.audit, activations.check_activation),
    *(theory.predict, theory.backprop, theory.matrix_form, theory.demon),
    *(data.data, experiments.schema, words.help_on),
)
"""In the order in which ``lab --help`` lists them."""


@click.group(
    cls=Suggesting, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="activation-lab", prog_name="lab")
def cli() -> None:
    """Design activation functions and see, layer by layer, how fast a network learns with them.

    Begin with: lab new vanishing, then lab run vanishing.toml

    What a word means: lab help saturation
    """


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """The program ``lab``: runs a command and exits with its code.

    0 done · 1 some trials failed · 2 the command or the file is wrong · 3 a claim does not hold ·
    4 storage · 130 interrupted, also by SIGTERM.
    """
    settle()
    as_json = "--json" in sys.argv
    warnings.formatwarning = lambda message, *_, **__: f"warning: {plain(str(message))}\n"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except LabError as error:
        _fail(str(error), error.exit_code, as_json, error.pointer)
    except click.ClickException as error:
        message = _in_own_words(plain(error.format_message()))
        if message.startswith("Usage:") and not as_json:  # click's answer to a command without words
            click.echo(message, err=True)
            sys.exit(LabError.exit_code)
        context = getattr(error, "ctx", None)
        if context and "unexpected extra argument" in message:
            message += f".{_of_extra_words(message, context.command)}"
        if context and isinstance(error, click.NoSuchOption):
            message += _of_unknown_option(error.option_name, context.command)
        help_page = f"see: {context.command_path} --help" if context else ""
        _fail(message, LabError.exit_code, as_json, help_page)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED, as_json)
    except OSError as error:
        _fail(f"{error.filename or 'the output'}: {system_reason(error)}", StorageError.exit_code, as_json)
    except Exception as error:
        from lab.own_code import place_of

        if not (place := place_of(error)):
            raise
        _fail(f"{place}: {told(error)}", LabError.exit_code, as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _in_own_words(message: str) -> str:
    """What click says of a number that is none, without its words for types."""
    for kind, number in (("integer", "whole number"), ("float", "number")):
        message = re.sub(rf"is not a valid {kind}( range)?\b", f"is no {number}", message)
    return message


def _of_extra_words(message: str, command: click.Command) -> str:
    """What to do about words that a command does not take."""
    overrides = any(param.name == "overrides" for param in command.params)
    if overrides and not {"-o", "--override"}.isdisjoint(sys.argv):
        return " An override is KEY=VALUE without blanks, or in quotes."
    if overrides and "=" in message:
        return " A key of the file is set by -o KEY=VALUE."
    if ".toml" in message:
        return " One file a call; a name with a blank in it stands in quotes."
    takes = [param.metavar or "" for param in command.params if isinstance(param, click.Argument)]
    is_formula = any("FORMULA" in metavar for metavar in takes)
    return " A text with blanks in it, such as a formula, stands in quotes." if is_formula else ""


def _of_unknown_option(option: str, command: click.Command) -> str:
    """How a key of the file is set that stands as an option of the command, as ``--epochs 5``."""
    if not any(param.name == "overrides" for param in command.params):
        return ""
    from lab.experiment.refusals import key_called

    key = key_called(option.lstrip("-").replace("-", "_"))
    return key and f" A key of the file is set by -o {key}=VALUE."


def _fail(message: str, code: int, as_json: bool, pointer: str = "") -> None:
    """Tell what is wrong, a line a problem, with what is beneath it, and exit."""
    if as_json:
        click.echo(json.dumps({"error": message, "exit_code": code}))
    else:
        for line in message.splitlines():
            click.echo(f"error: {plain(line)}", err=True)
        for line in pointer.splitlines():
            click.echo(f"       {line}", err=True)
    sys.exit(code)
