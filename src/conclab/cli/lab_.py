"""`conclab lab COMMAND`: exercises, for those who solve them and for those who write them."""

from __future__ import annotations

from importlib import import_module

import click

from conclab.errors import UnknownNameError

COMMANDS = {
    "list": "Labs with their points, and how far you are.",
    "start": "Get a lab: lesson, starter, visible tests.",
    "check": "Run the visible tests; --watch: whenever you save.",
    "hint": "One hint more each time.",
    "reset": "Go back to the starter; your file is kept.",
    "submit": "Make the zip to hand in.",
    "new": "For authors: a lab's folder that says what is missing.",
    "verify": "For authors: whether a lab proves itself.",
}


class Table(click.Group):
    """Imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the table's order."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help lines from the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command. Raises UnknownNameError, unless it is an option that click will explain."""
        if cmd_name not in COMMANDS:
            if cmd_name.startswith("-"):
                return None
            raise UnknownNameError("command of conclab lab", cmd_name, COMMANDS)
        command: click.Command = import_module(f"conclab.cli.lab_{cmd_name}_").command
        return command


@click.group("lab", cls=Table, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Practise: labs with tests that a wrong interleaving can't pass.

    Begin with: conclab lab start race-counter
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
