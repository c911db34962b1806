"""Folder -> table. The file's name is the id, and a file that lacks what it must define is an error.

Knows nothing of what the items mean.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

from conclab.errors import ContentError, UnknownNameError

Item = TypeVar("Item")


def names(package: str) -> list[str]:
    """Ids of all files in a content folder, without importing any of them."""
    folder = import_module(package)
    return sorted(_id(info.name) for info in iter_modules(folder.__path__))


def load(package: str, name: str, kind: type[Item]) -> Item:
    """Import one item by its id. Raises UnknownNameError, or ContentError if the file lacks the item."""
    known = names(package)
    if name not in known:
        raise UnknownNameError(kind.__name__.lower(), name, known)
    module = import_module(f"{package}.{_module(name)}")
    attribute = kind.__name__.upper()
    item = getattr(module, attribute, None)
    if not isinstance(item, kind):
        raise ContentError(f"{module.__file__} must define {attribute}, a {kind.__name__}; it has {item!r}")
    return item


def load_all(package: str, kind: type[Item]) -> dict[str, Item]:
    """Every item of a content folder by id, in alphabetical order."""
    return {name: load(package, name, kind) for name in names(package)}


def _id(module: str) -> str:
    return module.replace("_", "-")


def _module(name: str) -> str:
    return name.replace("-", "_")
