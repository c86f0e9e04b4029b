"""Every command explains itself, and stands in the README."""

from __future__ import annotations

from collections.abc import Iterator

import click

from recon.cli import main
from tests.test_shape import ROOT


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_has_help_with_an_example_and_stands_in_the_readme() -> None:
    """What `--help` and the README say cannot drift from what there is."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert isinstance(main, click.Group)
    found = dict(commands(main, "recon"))
    assert "recon demo" in found
    for words, command in found.items():
        text = command.get_help(click.Context(command))
        assert words in readme, f"`{words}` is not in README.md"
        assert "Example" in text, f"`{words} --help` shows no example"
        assert words in text.partition("Example")[2], f"the example of `{words}` does not call it"
