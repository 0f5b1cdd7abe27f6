"""The guards of the product, found in its syntax trees, and the product without one of them.

A guard is whatever decides what somebody may see or do: `visible_to` and its like, `require`, `can`, `reach`, the queryset of a
form's field, an owner compared with the person, the functions of the permissions table, a view's decorators, the middleware.
Each knows how to be taken away in a running process: the function that holds it gets the code of the function without it.
"""
from __future__ import annotations

import ast
import copy
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from django.conf import settings
from django.test.client import ClientHandler

from tests.stage import Stage, routes

ROOT = Path(__file__).parents[2]
APPS = ("branches", "members", "reports", "partywork")
LISTS = ("visible_to", "editable_by", "appointable_by")
PERMISSIONS = ROOT / "branches" / "accounts" / "permissions.py"
WITHIN = ("can", "require", "_within", "_post_q", "widest_reach")  # the functions of the table that decide
EVERYTHING = "__import__('django.db.models', fromlist=['Q']).Q(pk__isnull=False)"
WIDEST = "__import__('branches.accounts.permissions', fromlist=['Reach']).Reach.ALL"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MIDDLEWARE = ("LoginRequiredMiddleware", "FirstPassword", "SessionLimits", "CsrfViewMiddleware")


@dataclass(frozen=True)
class Guard:
    """One guard in one function: what it is, where it stands, and what stands there instead without it."""

    path: Path
    function: str  # its qualified name in the module
    line: int
    column: int
    kind: str
    text: str = field(compare=False)
    instead: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.module}.{self.function}:{self.line} {self.text}"

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    @cached_property
    def holder(self) -> FunctionType:
        """The function as it runs, without its decorators."""
        found: Any = importlib.import_module(self.module)
        for name in self.function.split("."):
            found = vars(found)[name] if inspect.isclass(found) else getattr(found, name)
        found = getattr(found, "fget", None) or getattr(found, "func", None) or found
        return inspect.unwrap(found)

    def taken_out_of(self, tree: ast.Module) -> ast.Module:
        return Removal(self).visit(tree)

    def remove(self, stage: Stage) -> None:
        """In this process and for good: only a fork does this."""
        self.holder.__code__ = without_all([self])


def without_all(several: list[Guard]) -> CodeType:
    """The code of a function without these guards of it."""
    tree = copy.deepcopy(tree_of(several[0].path))
    for guard in several:
        tree = guard.taken_out_of(tree)
    whole = compile(ast.fix_missing_locations(tree), str(several[0].path), "exec")
    return code_named(whole, several[0].holder.__code__)


class Removal(ast.NodeTransformer):
    """Puts what stands there without the guard in the place of the guard."""

    def __init__(self, guard: Guard) -> None:
        self.guard, self.done = guard, False

    def generic_visit(self, node: ast.AST) -> ast.AST:
        here = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1)) == (self.guard.line, self.guard.column)
        if here and not self.done and kind_of(node) == self.guard.kind:
            self.done = True
            return ast.copy_location(ast.parse(self.guard.instead).body[0] if isinstance(node, ast.stmt) else
                                     ast.parse(self.guard.instead, mode="eval").body, node)
        return super().generic_visit(node)

    visit = generic_visit


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def code_named(whole: CodeType, old: CodeType) -> CodeType:
    """The code of the same function in a module compiled anew."""
    code, = [code for code in codes_in(whole) if (code.co_qualname, code.co_firstlineno) == (old.co_qualname, old.co_firstlineno)]
    assert code.co_freevars == old.co_freevars
    return code


def codes_in(whole: CodeType) -> Iterator[CodeType]:
    for const in whole.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from codes_in(const)


# --- finding them ----------------------------------------------------------------------------------------------------------


def called(node: ast.AST) -> str:
    """The last name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def kind_of(node: ast.AST) -> str:
    """What sort of guard a node is, if it is one."""
    name = called(node)
    if isinstance(node, ast.Expr) and (called(node.value) == "require" or (
            called(node.value) == "begin" and "actor" in map(ast.unparse, node.value.args))):
        return called(node.value)
    if name in LISTS and isinstance(node.func, ast.Attribute):
        return "list"
    if name in ("can", "reach") and isinstance(node.func, ast.Attribute):
        return name
    if name in ("widest_reach", "reach_of"):
        return "widest"
    if name == "may_sign_in":
        return "sign in"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "queryset":
        return "choices"
    if isinstance(node, ast.Compare) and ast.unparse(node).endswith("created_by_id == request.user.pk"):
        return "owner"
    return ""


def instead_of(node: ast.AST, kind: str) -> str:
    if kind == "list":
        return f"({ast.unparse(node.func.value)}).all()"
    if kind == "begin":
        claimed = map(ast.unparse, node.value.args[1:])
        return f"__import__('members.services', fromlist=['claim']).claim({', '.join(claimed)})"
    if kind == "choices":
        return f"{ast.unparse(node.targets[0])} = ({ast.unparse(node.value)}).model._default_manager.all()"
    return {"require": "pass", "can": "True", "sign in": "True", "owner": "True", "reach": EVERYTHING, "widest": WIDEST}[kind]


def functions_in(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of a module and every method of its classes, with its qualified name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions_in(node, f"{within}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield within + node.name, node


def sources() -> list[Path]:
    left_out = ("migrations", "management", "sample")
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if not set(left_out) & set(path.parts)]


def found_guards() -> list[Guard]:
    """Every guard that stands in a function, and every decision of the permissions table."""
    return [guard for path in sources() for name, function in functions_in(tree_of(path)) for guard in guards_in(path, name, function)]


def guards_in(path: Path, name: str, function: ast.FunctionDef) -> Iterator[Guard]:
    answers = answers_of(path, name)
    for node in ast.walk(function):
        if answers and isinstance(node, (ast.Return, ast.Raise)):
            instead = "pass" if isinstance(node, ast.Raise) else f"return {answers}"
            if ast.unparse(node) not in (instead, "return Q(pk__isnull=False)"):  # that is everybody's already
                yield Decision(path, name, node.lineno, node.col_offset, "answer", ast.unparse(node), instead)
        elif path != PERMISSIONS and (kind := kind_of(node)) and not (kind == "owner" and not decides(function, node)):
            yield Guard(path, name, node.lineno, node.col_offset, kind, ast.unparse(node).split("\n")[0][:90], instead_of(node, kind))


def answers_of(path: Path, name: str) -> str:
    """What a function that decides by itself would answer to everybody; "" for one that does not."""
    if path == PERMISSIONS:
        return {"_post_q": EVERYTHING, "widest_reach": WIDEST}.get(name, "True") if name in WITHIN else ""
    return "self.all()" if name.split(".")[-1] in LISTS else ""


def decides(function: ast.FunctionDef, node: ast.AST) -> bool:
    """Whether a comparison leads somewhere, or only says how a page words it."""
    tests = [each.test for each in ast.walk(function) if isinstance(each, ast.If)]
    return any(node is part for test in tests for part in ast.walk(test))


class Decision(Guard):
    """A whole statement of a function that decides."""

    def taken_out_of(self, tree: ast.Module) -> ast.Module:
        for node in ast.walk(tree):
            for body in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
                for place, each in enumerate(body if isinstance(body, list) else []):
                    if isinstance(each, (ast.Return, ast.Raise)) and (each.lineno, each.col_offset) == (self.line, self.column):
                        body[place] = ast.copy_location(ast.parse(f"def f():\n {self.instead}").body[0].body[0], each)
        return tree


# --- guards that are no statement of a function ----------------------------------------------------------------------------


@dataclass(frozen=True)
class AtTheDoor:
    """A guard around views: a decorator, a marker, a layer of middleware. `take` takes it away."""

    kind: str
    name: str
    take: Callable[[Stage], None] = field(compare=False)

    def __str__(self) -> str:
        return f"{self.kind} of {self.name}"

    def remove(self, stage: Stage) -> None:
        self.take(stage)


def door_guards() -> list[AtTheDoor]:
    found = [AtTheDoor("the middleware", name, without_layer(name)) for name in MIDDLEWARE]
    for route in routes():
        if methods_of(route.callback):
            found.append(AtTheDoor("the methods", route.name, any_method(route.callback)))
        if not getattr(route.callback, "login_required", True):
            found.append(AtTheDoor("the open door", route.name, shut(route.callback)))
    return found


def without_layer(name: str) -> Callable[[Stage], None]:
    def take(stage: Stage) -> None:
        settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith(name)]
        stage.handlers |= {strict: ClientHandler(enforce_csrf_checks=strict) for strict in (False, True)}

    return take


def methods_of(view: Any) -> list[str] | None:
    """The list of methods in the closure of a view's decorator."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list) and set(cell.cell_contents) & {"GET", "POST"}:
                return cell.cell_contents
        view = getattr(view, "__wrapped__", None)
    return None


def any_method(view: Any) -> Callable[[Stage], None]:
    return lambda stage: methods_of(view).extend(METHODS)


def shut(view: Any) -> Callable[[Stage], None]:
    def take(stage: Stage) -> None:
        view.login_required = True

    return take
