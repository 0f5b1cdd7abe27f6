"""The steps of a run, each answering plain data for the table and the JSON."""
from __future__ import annotations

import gzip
import re
from typing import Any

from tests.bench.client import Measured, ask, measure, pressed, save_attendance, throughput
from tests.bench.pages import EXPORT, FLOORS, GROWING, PAGES, Page, verdict
from tests.bench.places import Place
from tests.bench.server import resident_mb, serving

ASSET = re.compile(rb'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
ASSETS_KB, SIGN_IN_KB = 110, 70
SLOWEST_SAVE, USUAL_SAVE = 500, 60
GROWTH = 2.5
Floors = dict[str, Measured]


def floors_of(place: Place, names: tuple[str, ...]) -> Floors:
    with serving(place, floor=True) as (port, _):
        found = {name: measure(port, FLOORS[name].format(**place.facts), place.facts["sessions"]["staff"]) for name in names}
    for name, each in found.items():
        if each.status != 200:
            raise SystemExit(f"floor {name}: HTTP {each.status}")
    return found


def pages_of(place: Place) -> dict[str, Any]:
    """Every page beside its floor, the assets, and what a web worker weighs after all that."""
    floors = floors_of(place, tuple(FLOORS))
    with serving(place) as (port, pid):
        rows = [row(port, page, place, floors) for page in PAGES]
        assets = assets_of(port, place)
        bare = measure(port, "/bench/empty/", place.facts["sessions"]["staff"])
        memory = resident_mb(pid)
    return {"floors": {name: each.told() for name, each in floors.items()}, "pages": rows, "assets": assets,
            "empty": bare.told(), "web_worker_mb": memory}


def row(port: int, page: Page, place: Place, floors: Floors, **sent: Any) -> dict[str, Any]:
    found = measure(port, page.url(place.facts), place.facts["sessions"].get(page.who, ""), **sent)
    return {"page": page.name, "url": page.url(place.facts), **found.told(), **verdict(page, found, floors)}


def assets_of(port: int, place: Place) -> dict[str, Any]:
    """CSS and JS of each page gzipped: the heaviest page, and the sign-in page all told."""
    weights: dict[str, float] = {}
    asked: dict[bytes, float] = {}
    for page in PAGES:
        body = ask(port, page.url(place.facts), place.facts["sessions"].get(page.who, "")).body
        for url in set(ASSET.findall(body)) - asked.keys():
            asked[url] = len(gzip.compress(ask(port, url.decode()).body, 6)) / 1024
        weights[page.name] = sum(asked[url] for url in set(ASSET.findall(body)))
        if page.name == "sign-in":
            sign_in = weights[page.name] + len(gzip.compress(body, 6)) / 1024
    heaviest = max(weights, key=weights.__getitem__)
    return {"heaviest": heaviest, "kb_gz": round(weights[heaviest], 1), "sign_in_kb_gz": round(sign_in, 1),
            "missed": [name for name, over in (("assets", weights[heaviest] > ASSETS_KB), ("sign-in", sign_in > SIGN_IN_KB)) if over]}


def growth(few: Place, many: Place) -> list[dict[str, Any]]:
    """Member list and search at 500 and at 60,000 members; the floors beside them."""
    small, large = grown(few), grown(many)
    rows = []
    for page in GROWING:
        times = large[page.name].p50 / small[page.name].p50
        floor = large[page.floor].p50 / small[page.floor].p50
        judged = verdict(page, large[page.name], large)
        if page.floor == "list" and times > GROWTH:
            judged["missed"].append(f"growth {times:.2g} > {GROWTH}")
        rows.append({
            "page": page.name, "few_p50": small[page.name].p50, **large[page.name].told(), "growth": round(times, 2),
            "floor_growth": round(floor, 2), "cpu_growth": round(large[page.name].cpu / small[page.name].cpu, 2),
            "floor_p50": large[page.floor].p50, "admin_p50": large[page.admin].p50, **judged,
        })
    return rows


def grown(place: Place) -> Floors:
    floors = floors_of(place, ("list", "search", "admin", "admin search"))
    with serving(place) as (port, _):
        return floors | {page.name: measure(port, page.url(place.facts), place.facts["sessions"]["staff"]) for page in GROWING}


def export(place: Place) -> dict[str, Any]:
    floors = floors_of(place, ("export", "admin"))
    with serving(place) as (port, _):
        sent = pressed(port, "/members/", place.facts["sessions"][EXPORT.who], EXPORT.path)
        return row(port, EXPORT, place, floors, **sent) | {"floor_p50": floors["export"].p50}


def importing(place: Place) -> dict[str, Any]:
    """A roster of 10,000 × 20 read, previewed, written, exported, taken back, in one process."""
    return place.ask("importing", 10_000)


def attendance(place: Place) -> dict[str, Any]:
    """On SQLite behind waitress, as on a laptop; on PostgreSQL behind two gunicorn workers."""
    with serving(place, workers=2, waitress=place.engine == "sqlite") as (port, _):
        found = save_attendance(port, place.facts["writers"])
    checks = (("p95", found["p95"], USUAL_SAVE), ("max", found["max"], SLOWEST_SAVE), ("errors", found["errors"], 0))
    return found | {"missed": [f"{name} {value:g} > {limit}" for name, value, limit in checks if value > limit]}


def readers(place: Place) -> dict[str, Any]:
    """Requests a second of the member list with two workers, beside the floor's list and the admin."""
    session = place.facts["sessions"]["staff"]
    with serving(place, workers=2) as (port, _):
        ours = throughput(port, PAGES[1].path, session)
    with serving(place, floor=True, workers=2) as (port, _):
        floor, admin = throughput(port, FLOORS["list"], session), throughput(port, FLOORS["admin"], session)
    checks = (("×floor", ours / floor, 0.25), ("×admin", ours / admin, 1.0))
    return {"a_second": ours, "floor": floor, "admin": admin,
            "missed": [f"{name} {value:.2g} < {least:g}" for name, value, least in checks if value < least]}


def report(place: Place) -> dict[str, Any]:
    """Figures and Word of the whole and of one branch, beside the floor of both."""
    found = place.ask("making")
    for each in (found["whole"], found["branch"]):
        each["floor_sum"] = sum(each["floor"].values())
        each["sum"] = each["figures"] + each["word"]
        times = each["sum"] / each["floor_sum"]
        per_figure = each["queries"] / each["count"]
        each["times_floor"] = round(times, 2)
        each["missed"] = [f"×floor {times:.2g} > 2"] * (times > 2) + [f"queries a figure {per_figure:.2g} > 2"] * (per_figure > 2)
    return found | {"members": place.facts["members"], "meetings": place.facts["meetings"]}
