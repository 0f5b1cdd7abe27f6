"""The house is as partywork/README.md draws it: which way imports point, what a file may hold, how long things are."""
from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Storeys of the house; a module imports its own app and lower storeys only.
STOREYS = {"partywork": 0, "branches": 1, "branches.accounts": 2, "members": 3, "members.transfers": 3.5, "branches.meetings": 4,
           "members.development": 5, "branches.terms": 5, "members.honours": 5, "members.dues": 5,
           "reports": 9}
# Within an app; a named file imports only files of its own or an earlier place.
PLACES = {
    "kinds": 0, "permissions": 0, "rules": 0, "querysets": 1, "models": 2, "services": 3, "figures": 3, "exports": 3, "duties": 3,
    "forms": 4, "views": 5, "tasks": 5, "home": 5, "rule_views": 5, "urls": 6,
}
SOURCES = sorted(path for app in ("partywork", "branches", "members", "reports") for path in (ROOT / app).rglob("*.py")
                 if "migrations" not in path.parts)


def app_of(module: str) -> str | None:
    """The app a dotted module belongs to, or None for anything that is not ours."""
    owners = [app for app in STOREYS if module == app or module.startswith(app + ".")]
    return max(owners, key=len, default=None)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def place_of(module: str, app: str) -> int | None:
    parts = module.removeprefix(app + ".").split(".")
    return PLACES.get(parts[0])


def faults_of(module: str, imported: set[str]) -> list[str]:
    app = app_of(module)
    faults = []
    for target in sorted(imported):
        other = app_of(target)
        if other is None:
            continue
        if STOREYS[other] > STOREYS[app]:
            faults.append(f"{module} imports {target}: the arrow points down only")
        mine, theirs = place_of(module, app), place_of(target, app)
        if other == app and mine is not None and theirs is not None and theirs > mine:
            faults.append(f"{module} imports {target}: out of order within the app")
    return faults


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_imports_point_down(path):
    assert faults_of(module_of(path), imports_of(ast.parse(path.read_text("utf-8")))) == []


def test_the_import_test_sees_a_wrong_arrow():
    assert faults_of("members.services", {"branches.meetings.models.Meeting"}) != []
    assert faults_of("members.rules", {"members.models.Member"}) != []
    assert faults_of("reports.services", {"branches.meetings.models.Meeting"}) == []


def test_no_file_is_too_long():
    long = {module_of(path): count for path in SOURCES if (count := len(path.read_text("utf-8").splitlines())) > 400}
    assert long == {}


def test_functions_are_short():
    lengths = [node.end_lineno - node.lineno + 1 for path in SOURCES for node in ast.walk(ast.parse(path.read_text("utf-8")))
               if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths.sort()
    assert statistics.median(lengths) < 9
    assert lengths[len(lengths) * 9 // 10] < 30


def test_bounds_of_periods_are_computed_in_one_place():
    """Only periods.py knows that a quarter has three months."""
    words = ("// 3", "// 6", "% 6 ==")
    guilty = {module_of(path) for path in SOURCES for line in path.read_text("utf-8").splitlines()
              if ".month" in line and any(word in line for word in words)}
    assert guilty - {"partywork.periods"} == set()


# Beside services.py: what else may write past `save`, and why that is no act without an entry.
BULK_WRITERS = {
    "members.corrections": "services of the members", "members.standings": "services of the members",
    "branches.holiday_services": "services of the calendar",
    "members.dues.payments": "services of the dues", "members.dues.remitting": "services of the dues",
    "branches.restructuring": "services of the organisation",
    "reports.sample": "made before anybody uses the system",
    "members.import_write": "writes one entry a person, together", "branches.imports": "takes back with an entry each",
    "partywork.versions": "claims a version for the service that writes the entry",
    "partywork.jobs.keeper": "signs of life of the workers", "branches.accounts.throttle": "counts of tries",
}  # fmt: skip


def bulk_writes(tree: ast.AST) -> list[int]:
    """Lines that write rows without `save`: .update(name=…), bulk_create, bulk_update, .delete()."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [node.lineno for node in calls if node.func.attr in ("bulk_create", "bulk_update")
            or (node.func.attr == "update" and node.keywords and not node.args)
            or (node.func.attr == "delete" and not node.args and not node.keywords)]


def test_only_services_write_in_bulk():
    """What slips past `save` slips past everything: it stands in services, which write the journal, or has its reason."""
    guilty = [f"{module}:{line}" for path in SOURCES if (module := module_of(path)).split(".")[-1] != "services"
              and not any(module == owner or module.startswith(f"{owner}.") for owner in BULK_WRITERS)
              for line in bulk_writes(ast.parse(path.read_text("utf-8")))]
    assert guilty == []


def test_the_bulk_test_sees_a_bulk_write():
    code = ["rows.update(state='x')", "Note.objects.bulk_create(rows)", "rows.delete()", "known.update(other)", "row.save()"]
    assert bulk_writes(ast.parse("\n".join(code))) == [1, 2, 3]
