"""What can run here, and why not, before the first trial. Unavailable is not an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.discovery import load
from conclab.model import Strategy

if TYPE_CHECKING:
    from conclab.model import InterpreterFacts, Variant


def missing(variant: Variant, facts: InterpreterFacts) -> str | None:
    """Say why a variant can't run on this interpreter; None if it can."""
    strategy = load("conclab.strategies", variant.strategy, Strategy)
    if facts.version < strategy.since:
        since = ".".join(map(str, strategy.since))
        return f"needs Python {since} or newer; this is {facts.name}"
    if strategy.requires is not None and strategy.requires not in facts.modules:
        package = strategy.requires
        return f"needs {package} in {facts.name}: pip install 'conclab[{package}]'"
    return strategy.unavailable()
