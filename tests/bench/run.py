#!/usr/bin/env python3
"""Times Dragonfly and its peers, back to back on one machine, and prints a table.

usage: tests/bench/run.py [wide] [wide_16] [wide_256] [masks] [fine] [fire] [kernel] [fire_points] [near]
                          [--peer odc|gdal|none] [--python FILE] [--scenes FOLDER] [--runs 3]
                          [--small] [--record] [--binary FILE] [--profile release|dev]

Scenes are generated in a temporary folder, which is removed; --scenes keeps them in a folder for the next time. The
peers are installed with --python, which must be 3.12 or newer; one that cannot be installed is skipped. --small reads
a few small scenes, to test that the benchmarks run. --record renews the table of docs/performance.md. Build first:
cargo build --locked --release -p dragonfly-batch
"""
import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import peers
from parts import PARTS
from pipeline import RunError, time_pipeline
from table import record, table
from works import PIPELINES

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_WORKS = ["wide", "fine", "kernel"]


def main():
    options = read_options()
    rows, failures = [], []
    with tempfile.TemporaryDirectory(prefix="dragonfly-bench-") as folder:
        folder = pathlib.Path(folder)
        installed = peers.Peers(options.python, folder / "venv")
        for work in options.works or DEFAULT_WORKS:
            try:
                new = measured(work, options, folder, installed)
            except (RunError, subprocess.SubprocessError, OSError) as error:
                failures.append(f"{work}: {error}")
                say(f"FAILED {failures[-1]}")
                continue
            rows += [{**row, "measured": circumstances()} for row in new]
            print(f"\n{table(new_rows(rows, work))}\n", flush=True)
    if options.record:
        record(ROOT, rows)
        say("docs/performance.md, README.md and tests/bench/measured.json are renewed: commit them")
    if failures:
        sys.exit("not measured:\n" + "\n".join(failures))


def read_options():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("works", nargs="*", choices=[*PIPELINES, *PARTS, []], default=[])
    arguments.add_argument("--peer", choices=[*peers.TITLES, "none"])
    arguments.add_argument("--python")
    arguments.add_argument("--scenes", type=pathlib.Path)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("--record", action="store_true")
    arguments.add_argument("--profile", choices=["release", "dev"], default="release")
    arguments.add_argument("--binary", type=pathlib.Path)
    options = arguments.parse_args()
    if options.record and (options.small or options.profile != "release"):
        sys.exit("--record is for the whole scenes and release builds: remove --small and --profile dev, or --record")
    if options.runs < 1:
        sys.exit("--runs must be 1 or more")
    options.peer = {None: None, "none": []}.get(options.peer, [options.peer])
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = target / {"release": "release", "dev": "debug"}[options.profile] / "dragonfly"
    options.binary = (options.binary or built).resolve()
    if not options.binary.is_file() and set(options.works or DEFAULT_WORKS) & set(PIPELINES):
        sys.exit(f"{options.binary} is not built: cargo build --locked --release -p dragonfly-batch")
    return options


def measured(work, options, folder, installed):
    cargo_profile = ["--release"] if options.profile == "release" else []
    if work in PARTS:
        return PARTS[work](ROOT, cargo_profile, options, folder)
    of = PIPELINES[work].get("scenes", work)
    scenes = (options.scenes or folder) / of
    if not (scenes / "items.json").exists():
        say(f"generating the scenes of {of}")
        generator = ["cargo", "run", "--quiet", "--locked", *cargo_profile, "--package", "dragonfly-sample",
                     "--example", "bench_scenes", "--", scenes.resolve(), of, *(["small"] if options.small else [])]
        subprocess.run(list(map(str, generator)), cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=3600)
    return time_pipeline(work, options, folder, scenes, installed, say)


def new_rows(rows, work):
    return [row for row in rows if row["work"] == work]


def circumstances():
    """The day, the commit and the machine of a measurement."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    machine = f"{len(os.sched_getaffinity(0))} × {model[1].strip() if model else 'processor'}"
    return ", ".join(filter(None, [datetime.date.today().isoformat(), commit.stdout.strip(), machine]))


def say(text):
    print(f"· {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
