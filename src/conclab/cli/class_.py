"""`conclab class`: the teacher's side. Its commands are imported when they are called."""

from __future__ import annotations

from importlib import import_module

import click

from conclab.errors import UnknownNameError

COMMANDS = {
    "pack": "Make the student edition of labs: no hidden tests, no solutions.",
    "grade": "Grade a class: folders, archives, a roster; goes on where it was stopped.",
    "report": "Write a graded class's page and files again.",
}


class Table(click.Group):
    """A group that imports a command when it is called."""

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
            raise UnknownNameError("command of conclab class", cmd_name, COMMANDS)
        command: click.Command = import_module(f"conclab.cli.class_{cmd_name}_").command
        return command


@click.group("class", cls=Table, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Grade a class on labs with hidden tests.

    Begin with: conclab class grade SUBMISSIONS --lab LAB
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
