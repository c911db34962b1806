"""The command line: prints and exit codes, no logic. The only place that turns errors into text.

A command is one file; the table below decides the order of the help.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

import conclab
from conclab.errors import ConclabError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

# Name and the line of help: a command is imported only when it is called, so that help is quick.
COMMANDS = {
    "list": "Experiments with their questions.",
    "run": "Measure an experiment, trace it, plot it, save it.",
    "show": "Print a saved run again.",
    "open": "Open a run's trace or picture in the browser; works offline.",
    "doctor": "What this machine and interpreter can show, and how noisy it is.",
}
INTERRUPTED = 130


class Table(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the table's order."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help lines from the table, without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command. Raises UnknownNameError, unless it is an option that click will explain."""
        if cmd_name not in COMMANDS:
            if cmd_name.startswith("-"):
                return None
            raise UnknownNameError("command", cmd_name, COMMANDS)
        module = import_module(f"conclab.cli.{cmd_name}_")
        command: click.Command = module.command
        return command


@click.group(cls=Table, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(conclab.__version__, prog_name="conclab")
def conclab_command() -> None:
    """Measure, see and practise Python concurrency.

    Begin with: conclab run gil-cpu
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 the answer is no, 2 wrong request, 130 interrupted."""
    sys.exit(outcome(arguments))


def outcome(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. What goes wrong is one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an ASCII terminal gets question marks, not a traceback
            stream.reconfigure(errors="replace")
    try:
        code = conclab_command.main(args=arguments, prog_name="conclab", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return complain(" ".join(error.format_message().split()), error.exit_code)
    except ConclabError as error:
        return complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1)
    return code if isinstance(code, int) else 0


def complain(text: str, code: int) -> int:
    """Say what is wrong in one line, on stderr; returns the code, to be returned on."""
    click.echo(f"conclab: {text}", err=True)
    return code
