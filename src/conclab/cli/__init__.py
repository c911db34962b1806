"""The command line: prints and exit codes, no logic. The only place that turns errors into text.

A command is one file; the table below decides the order of the help.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    "open": "Open a run's report or trace in the browser; works offline.",
    "trace": "Run your own program and see its threads, processes and GIL.",
    "explore": "Find the schedule in which a program fails, and replay it.",
    "class": "Grade a class on labs with hidden tests.",
    "lab": "Practise: exercises with tests that a race can't pass by luck.",
    "doctor": "What this machine and interpreter can show, and how noisy it is.",
}
INTERRUPTED = 130
COMPLETION = "_CONCLAB_COMPLETE"  # set by the shell's completion, which click answers
STOPPING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


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


@click.group(cls=Table, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(conclab.__version__, prog_name="conclab")
@click.pass_context
def conclab_command(context: click.Context) -> None:
    """Measure, see and practise Python concurrency.

    Begin with: conclab run gil-cpu
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 the answer is no, 2 wrong request, 130 interrupted."""
    if COMPLETION in os.environ:
        conclab_command.main(prog_name="conclab")
    for number in STOPPING:
        signal.signal(number, _stop)  # a termination ends a run as Ctrl-C does: nothing is left behind
    sys.exit(outcome(sys.argv[1:] if arguments is None else arguments))


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def outcome(arguments: Sequence[str]) -> int:  # noqa: PLR0911 - one way out per kind of end
    """Run one command; returns the exit code. What goes wrong is one line on stderr."""
    _open_streams()
    try:
        with conclab_command.make_context("conclab", list(arguments)) as context:
            code = conclab_command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        return complain(" ".join(error.format_message().split()), error.exit_code)
    except ConclabError as error:
        return complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return complain("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # rich makes the second of the first
        # Whoever read our output has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1)
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """A closed stdout or stderr is no reason to fail, nor is a terminal that lacks our signs."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end
            setattr(sys, name, nowhere)
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def styled(text: str, **style: Any) -> str:
    """Colour, unless somebody asked for none (https://no-color.org)."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **style)


def complain(text: str, code: int) -> int:
    """Say what is wrong in one line, on stderr; returns the code, to be returned on."""
    click.echo(f"conclab: {text}", err=True)
    return code
