"""Makes the operation of one instruction, or none if nobody else can see what it does."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

from conclab.explore import comparing, matching, texts, touching
from conclab.explore.calls import is_range, is_super, lends
from conclab.explore.entering import is_executed
from conclab.explore.operation import Kind, Operation
from conclab.explore.paths import resolver
from conclab.explore.strangers import sentence
from conclab.explore.syntax import COMPREHENSIONS, CONSTRUCTORS

if TYPE_CHECKING:
    import dis
    from collections.abc import Callable
    from types import CodeType

    from conclab.explore.syntax import Source

STORES = {a + b for a in ("STORE_", "DELETE_") for b in ("ATTR", "GLOBAL", "DEREF", "NAME")}
PURE = {
    "range", "int", "float", "isinstance", "issubclass", "object", "id", "super", "type",
    "Exception", "ValueError", "RuntimeError", "KeyError", "AssertionError", "TypeError",
    "IndexError", "callable", "abs", "round", "hash", "divmod", "chr", "ord",
}  # fmt: skip
MAKES = {
    "__init__",
    "__new__",
    "__init_subclass__",
    "__post_init__",
}  # of a base class: nobody knows the object yet
LOADS = {"LOAD_ATTR", "LOAD_METHOD"}
TAKES = {"BINARY_SUBSCR", "BINARY_SLICE"}
PUTS = {"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE"}
CALLS = {"CALL", "CALL_FUNCTION_EX", "CALL_KW"}


def is_own(code: CodeType, source: Source, each: dis.Instruction) -> bool:
    """Whether a constructor stores in its own new object, which nobody else knows yet."""
    at = each.positions
    return (
        code.co_name in CONSTRUCTORS and at is not None and (at.end_lineno, at.end_col_offset) in source.own
    )


class Maker:
    """Makes the points of one code object."""

    def __init__(
        self,
        code: CodeType,
        source: Source,
        often: Callable[..., bool],
        is_users: Callable[[CodeType], bool],
    ) -> None:
        self.code = code
        self.source = source
        self.often = often
        self.is_users = is_users
        self.is_executed = is_executed(code)

    def point(self, each: dis.Instruction, before: dis.Instruction | None) -> tuple[Operation, Any] | None:  # noqa: C901, PLR0911, PLR0912
        """The operation of an instruction and what tells whether it shows; None if nobody else can see it."""
        name = each.opname
        if name in matching.READS:
            found = matching.reading(self.source, each)
            if found is not None:
                return found
        if name in LOADS:
            return self._load(each)
        if name in STORES:
            return self._store(each)
        if name in {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF"}:
            return self._variable(each) or self._truth(each)
        if name.startswith("LOAD_FAST"):
            return self._truth(each)
        if name in TAKES or name in PUTS or (name == "BINARY_OP" and each.argrepr == "[]"):
            return self._item(each, writes=name in PUTS)
        if name == "CONTAINS_OP":
            return self._contains(each)
        if name == "FOR_ITER":
            return self._iteration(each)
        if name in texts.FORMATS:
            node = None if before is None else self._node(before, *comparing.PLAIN)
            return texts.formatted(self.source, node)
        if name in {"BINARY_OP", "COMPARE_OP"}:
            return self._operands(each)
        if name in comparing.SPREADS:
            node = None if before is None else self._node(before, *comparing.PLAIN)
            return comparing.spread(self.source, node)
        if name in CALLS:
            return self._call(each)
        if name == "BEFORE_WITH" or (name == "LOAD_SPECIAL" and "__enter__" in each.argrepr):
            return self._with(before)
        return None

    def show(self, operation: Operation, each: dis.Instruction) -> None:
        """What a report shows of it: the value behind a plain expression, under its name."""
        node = self._node(each, ast.Attribute, ast.Name, ast.Call, ast.Subscript, ast.Compare)
        match node:
            case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
                node = inner
            case ast.Call(args=[inner, *_]):
                node = inner
            case ast.Compare(comparators=[*_, inner]) if each.opname == "CONTAINS_OP":
                node = inner
        if each.opname == "FOR_ITER" and each.positions is not None:
            at = each.positions
            node = self.source.iterated(
                (at.lineno or 0, at.col_offset or 0), (at.end_lineno or 0, at.end_col_offset or 0)
            )
        operation.tested = node is not None and node in self.source.looks
        of = None if node is None else resolver(node)
        if of is not None:
            operation.seen = of
            operation.shows_as = self.source.segment(node)
        elif operation.kind in {Kind.LOAD, Kind.STORE} and operation.text.isidentifier():
            operation.seen = resolver(ast.Name(operation.text))
            operation.shows_as = operation.text

    def _node(self, each: dis.Instruction, *kinds: type) -> Any:
        at = each.positions
        if at is None or at.lineno is None:
            return None
        node: Any = self.source.node(kinds, at.end_lineno, at.end_col_offset)
        # The exit of a `with` ends where the last call in it ends, but begins before it.
        if node is not None and (at.lineno, at.col_offset) < (node.lineno, node.col_offset):
            return None
        return node

    def _load(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        node = self._node(each, ast.Attribute)
        often = self.often(each.argval)
        tested = node is not None and node in self.source.tested
        if not often and not tested:
            return None
        of = None if node is None else resolver(node.value)
        inside = tested or node in self.source.augmented
        touches = touching.attribute(of, each.argval, writes=False, inside=inside)
        operation = Operation(Kind.LOAD, each.argval, text=self.source.segment(node), touches=touches)
        if often:
            return operation, None
        return operation, touching.shows_container(None if node is None else resolver(node), unknown=True)

    def _store(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        attribute = each.opname.endswith("_ATTR")
        if (
            each.opname.endswith("_DEREF")
            and self.source.tree is not None
            and each.argval not in self.source.captured
        ):
            return None
        if each.opname.endswith("_NAME") and not self.is_executed:
            return None
        if not self.often(each.argval) or (attribute and is_own(self.code, self.source, each)):
            return None
        node = self._node(each, ast.Attribute, ast.Name)
        if attribute:
            of = None if node is None or not isinstance(node, ast.Attribute) else resolver(node.value)
            touches = touching.attribute(of, each.argval, writes=True, inside=False)
        else:
            is_global = not each.opname.endswith("_DEREF")
            touches = touching.variable(each.argval, writes=True, is_global=is_global)
        text = self.source.segment(node) or str(each.argval)
        return Operation(Kind.STORE, each.argval, text=text, touches=touches), None

    def _variable(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        if not self.often(each.argval, variable=True) or each.argval.startswith("__class"):
            return None
        if (
            each.opname == "LOAD_DEREF"
            and self.source.tree is not None
            and each.argval not in self.source.captured
        ):
            return None
        touches = touching.variable(each.argval, writes=False, is_global=each.opname != "LOAD_DEREF")
        return Operation(Kind.LOAD, each.argval, text=str(each.argval), touches=touches), None

    def _truth(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        """`if queue:` of a plain variable: how long the container is."""
        node = self._node(each, ast.Name)
        if node is None or node not in self.source.tested or node in self.source.private:
            return None
        of = resolver(node)
        operation = Operation(Kind.READ, node.id, text=node.id, touches=touching.inside(of, writes=False))
        return operation, touching.shows_container(of, unknown=False)

    def _item(self, each: dis.Instruction, *, writes: bool) -> tuple[Operation, Any] | None:
        node = self._node(each, ast.Subscript)
        if node is not None and node.value in self.source.private:
            return None
        of = None if node is None else resolver(node.value)
        kind = Kind.WRITE if writes else Kind.READ
        touches = touching.inside(of, writes=writes or node in self.source.augmented)
        operation = Operation(kind, text=self.source.segment(node), touches=touches)
        return operation, touching.shows_item(of, self.is_users)

    def _contains(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        node = self._node(each, ast.Compare)
        if node is not None and node.comparators[-1] in self.source.private:
            return None
        of = resolver(node.comparators[-1]) if node is not None else None
        operation = Operation(
            Kind.READ, text=self.source.segment(node), touches=touching.inside(of, writes=False)
        )
        return operation, touching.shows_item(of, self.is_users)

    def _iteration(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        at = each.positions
        if at is None or at.lineno is None:
            return None
        node = self.source.iterated(
            (at.lineno, at.col_offset or 0), (at.end_lineno or 0, at.end_col_offset or 0)
        )
        if (
            isinstance(node, ast.Constant | ast.Tuple | ast.List)
            or is_range(node)
            or node in self.source.private
        ):
            return None
        text = self.source.segment(node)
        of = None if node is None else resolver(node)
        touches = touching.anything if lends(node) else touching.inside(of, writes=False)
        return Operation(Kind.READ, text=text, touches=touches), None

    def _operands(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        if each.opname == "BINARY_OP" and each.argrepr.endswith("="):
            return comparing.in_place(self.source, each)
        if each.opname == "BINARY_OP" and each.argrepr not in comparing.JOINS:
            return None
        return comparing.operands(self.source, self._node(each, ast.Compare, ast.BinOp), self.is_users)

    def _call(self, each: dis.Instruction) -> tuple[Operation, Any] | None:
        node = self._node(each, ast.Call)
        inner = self._node(each, *COMPREHENSIONS)
        if inner is not None and (inner.lineno, inner.col_offset) == _start(each):
            return None  # makes a generator, or runs a comprehension where that is a function
        if node is None:
            return None if each.positions is not None and self.source.tree is not None else _unknown_call()
        callee = node.func
        text = self.source.segment(callee)
        if text == "hasattr":
            return texts.asks_for_attribute(self.source, node, self.often)
        if text in texts.LOOKS:
            return texts.looks(self.source, node)
        if self._is_quiet(node, text):
            return comparing.starred(self.source, each, node)
        arguments = [resolver(one) for one in node.args]
        plain = not node.keywords and not any(isinstance(one, ast.Starred) for one in node.args)
        receiver = resolver(callee.value) if isinstance(callee, ast.Attribute) else None
        if is_super(callee) and self.code.co_varnames:
            receiver = resolver(ast.Name(self.code.co_varnames[0]))
        name = callee.attr if isinstance(callee, ast.Attribute) else text
        of = resolver(callee)
        owner = callee.value if isinstance(callee, ast.Attribute) else callee
        touches = touching.call(of, receiver, name, arguments, plain)
        operation = Operation(Kind.CALL, name, text=text, touches=touches)
        shows = touching.shows_call(of, self.is_users, self._made(owner), [one for one in arguments if one])
        starred = comparing.starred(self.source, each, node)
        return operation, shows if starred is None else touching.either(shows, starred[1])

    def _is_quiet(self, node: ast.Call, text: str) -> bool:
        """Whether a call is known from the source to be no operation of its own."""
        made_by_base = (
            is_super(node.func) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKES
        )
        return text in PURE or made_by_base or node in self.source.own_calls or self._stays_private(node)

    def _stays_private(self, node: ast.Call) -> bool:
        """A method of a private container, or a function that only looks at one."""
        private = self.source.private
        if isinstance(node.func, ast.Attribute):
            return node.func.value in private
        return bool(node.args) and all(one in private for one in node.args) and not node.keywords

    def _with(self, before: dis.Instruction | None) -> tuple[Operation, Any] | None:
        if before is None:
            return None
        node = self._node(before, ast.Attribute, ast.Name, ast.Subscript)
        of = None if node is None else resolver(node)
        if of is None:
            return None
        return Operation(Kind.LOAD, text=self.source.segment(node)), touching.real_lock(of, self._made(node))

    def _made(self, owner: ast.AST) -> Callable[[int, str], str]:
        return partial(sentence, self.source.segment(owner))


def _start(each: dis.Instruction) -> tuple[int | None, int | None]:
    return (each.positions.lineno, each.positions.col_offset) if each.positions else (None, None)


def _unknown_call() -> tuple[Operation, Any]:
    return Operation(Kind.CALL, touches=lambda _: None), None
