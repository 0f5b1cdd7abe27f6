"""`make bench`: what every page costs beside plain Django on the same rows. Nothing here is a test and nothing fails on time."""
from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench import stages, table
from tests.bench.places import ROOT, Place, Places, places

SIZES = ("small", "bureau", "large")
ENTRIES = 50_000
ROSTERS = (500, 5_000, 60_000)


def main() -> None:
    chosen = arguments()
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve() / "bench"
    with places(chosen.engine, folder) as made:
        run = measured(made, chosen.size)
    (folder / "latest.json").write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"\n{table.told(run)}\n{folder / 'latest.json'}\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="large", help="the sample whose pages are measured")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


def measured(made: Places, size: str) -> dict[str, Any]:
    begun, load = time.monotonic(), os.getloadavg()[0]
    samples = sample_places(made, size)
    place = samples[size]
    say("pages")
    pages = stages.pages_of(place)
    say("attendance, throughput")
    attendance, throughput = stages.attendance(place), stages.readers(place)
    say("reports")
    reports = {name: stages.report(each) for name, each in samples.items()}
    few, middle, many = (made.make(f"roster{total}", "roster", total, like=made.made["small"]) for total in ROSTERS)
    say("lists at 60,000, export")
    growth, export = stages.growth(few, many), stages.export(middle)
    say("import and export of 10,000")
    importing = stages.importing(samples["small"])
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"), "engine": made.engine, "size": size, "cores": os.cpu_count(),
        "load_average": round(load, 1), "load_at_end": round(os.getloadavg()[0], 1),
        "seconds": round(time.monotonic() - begun),
        "place": {name: place.facts[name] for name in ("branches", "members", "meetings")},
        "pages": pages, "importing": importing, "export": export, "growth": growth, "reports": reports, "attendance": attendance,
               "throughput": throughput,
    }


def sample_places(made: Places, size: str) -> dict[str, Place]:
    """The sample of every size up to the chosen one; that one with a long journal."""
    found = {}
    for name in SIZES[: SIZES.index(size) + 1]:
        say(f"sample {name}")
        found[name] = made.make(name, "sample", name, ENTRIES if name == size else 100)
    return found


def say(text: str) -> None:
    sys.stderr.write(f"[{datetime.now():%H:%M:%S}] {text}\n")


if __name__ == "__main__":
    main()
