"""What every page of ours is made with: templates that escape, inert data, scripts known by their hash."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from conclab.files import whole

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

# Inside JSON these occur in texts alone, where \u003c means the same and can't end the element.
HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'"}


def save(text: str, path: Path) -> Path:
    """Write a page, whole or not at all, and return its path."""
    with whole(path) as partial:
        # a lone surrogate, from a file name for example, has no place in UTF-8
        partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path


def environment(package: str = "conclab.report") -> Environment:
    """Make what finds a package's templates, and ours, and fills them in."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow

    places = dict.fromkeys((package, "conclab.report"))
    return Environment(
        loader=ChoiceLoader([PackageLoader(place, "") for place in places]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def source(templates: Environment, name: str) -> str:
    """Read one of our own files, which a template includes as they are."""
    return templates.loader.get_source(templates, name)[0] if templates.loader else ""


def script_hash(script: str) -> str:
    """How a page's policy names the one script that may run."""
    return b64encode(sha256(script.encode()).digest()).decode()


def embedded(data: Any) -> str:
    """Return data as JSON that can stand inside a script element: nothing in it can end or open one."""
    return json.dumps(_finite(data), separators=(",", ":"), allow_nan=False).translate(HARMLESS)


def _finite(value: Any) -> Any:
    """JSON has no word for infinity and nan; a document writes null for what is unknown."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value
