#!/usr/bin/env python3
"""Times Dragonfly beside what one would take instead, on one machine in one sitting, and prints a table.

usage: tests/bench/run.py [wide] [masks] [fine] [kernel] [--peer odc|gdal|none] [--python FILE] [--scenes FOLDER] [--runs 3] [--binary FILE]

The scenes and the peers come from ../shared/bench. Everything is made in a temporary folder and removed with it;
--scenes keeps the scenes in a folder for the next time. --python is one of 3.12 or newer for the peer, whose GDAL
wants it. Build first: cargo build --locked --release -p dragonfly-batch
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "bench"
MIB = 1 << 20

# What make_scenes.py is asked for, the finest zoom, and how far away the files are.
WORKS = {
    "wide": {"make": "8 8 2 686 160", "zoom": 9, "ttfb_ms": 100, "title": "wide: 64 MGRS tiles, 256 scenes, 100 ms away"},
    "masks": {"make": "4 4 2 2744 40", "zoom": 9, "ttfb_ms": 100, "title": "masks: 16 MGRS tiles, 64 scenes whose masks are read finer than their bands, 100 ms away"},
    "fine": {"make": "2 1 2", "zoom": 12, "ttfb_ms": None, "title": "fine: 2 MGRS tiles at 20 m, local files"},
}
# Scenes a tile and side: the fine aim is one date a side.
SCENES_PER_TILE = {"wide": 2, "masks": 2, "fine": 1}
PEER_PACKAGES = {
    "odc": ["gdal-wheel", "numpy", "rasterio", "odc-stac", "dask[array]", "pystac"],
    "gdal": ["gdal-wheel", "numpy", "numexpr"],
}


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("works", nargs="*", choices=[*WORKS, "kernel", []], default=[])
    arguments.add_argument("--peer", choices=[*PEER_PACKAGES, "none"], default="odc")
    arguments.add_argument("--python")
    arguments.add_argument("--scenes", type=pathlib.Path)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--binary", type=pathlib.Path, default=target() / "release" / "dragonfly")
    asked = arguments.parse_args()
    asked.binary = asked.binary.resolve()
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not here: the scenes and the peers come from it, so nothing is timed")
    if not asked.binary.is_file():
        sys.exit(f"{asked.binary} is not built: cargo build --locked --release -p dragonfly-batch")
    works = asked.works or ["wide", "fine", "kernel"]
    with tempfile.TemporaryDirectory(prefix="dragonfly-bench-") as folder:
        folder = pathlib.Path(folder)
        peer = Peer(asked.peer, asked.python, folder / "venv") if asked.peer != "none" and set(works) & set(WORKS) else None
        for name in works:
            if name == "kernel":
                kernel()
            else:
                time_work(name, asked, folder, peer)


def target():
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def time_work(name, asked, folder, peer):
    work = WORKS[name]
    scenes = (asked.scenes or folder) / name
    if not (scenes / "items.json").exists():
        say(f"making the scenes of {name}")
        subprocess.run([python_with_gdal(peer), SHARED / "make_scenes.py", scenes, *work["make"].split()], check=True, stdout=subprocess.DEVNULL)
    needed, files = needed_bytes(scenes, SCENES_PER_TILE[name])
    rows = []
    with Store(scenes, work["ttfb_ms"]) as store:
        for run in range(asked.runs):
            say(f"{name}: Dragonfly, run {run + 1} of {asked.runs}")
            rows.append(dragonfly(name, asked.binary, scenes, folder / f"{name}-{run}", store))
        best = min(rows, key=lambda row: row["seconds"])
        table = [("Dragonfly", best)]
        if peer:
            say(f"{name}: {peer.title}")
            table.append((peer.title, peer.run(scenes, folder / f"{name}-peer", work["zoom"], store)))
    print(f"\n{work['title']} (best of {asked.runs}; all: {', '.join('%.1f s' % row['seconds'] for row in rows)})\n")
    print("| | seconds | peak MiB | requests | a file | MB | × needed | × as fast |")
    print("|---|---|---|---|---|---|---|---|")
    for title, row in table:
        far = ["", "", "", ""]
        if row["requests"]:
            times = "–" if name == "masks" else "%.2f" % (row["bytes"] / needed)
            far = [row["requests"], "%.2f" % (row["requests"] / files), "%.0f" % (row["bytes"] / 1e6), times]
        ratio = "" if row is best else "1 / %.1f" % (row["seconds"] / best["seconds"])
        print("|", " | ".join(map(str, [title, "%.1f" % row["seconds"], "%.0f" % row["peak_mib"], *far, ratio])), "|")
    print(flush=True)


def dragonfly(name, binary, scenes, root, store):
    """From the start of `update` to published tiles."""
    root.mkdir()
    items = json.loads((scenes / "items.json").read_text())
    for asset in (asset for item in items["features"] for asset in item["assets"].values()):
        asset["href"] = f"{store.address or scenes.resolve()}/{asset['href'].removeprefix('./')}"
    (root / "items.json").write_text(json.dumps(items))
    boxes = list(zip(*(item["bbox"] for item in items["features"])))
    region = {
        "name": name, "bbox": [min(boxes[0]), min(boxes[1]), max(boxes[2]), max(boxes[3])],
        "zoom_min": 4, "zoom_max": WORKS[name]["zoom"], "scenes_per_tile": SCENES_PER_TILE[name],
        "pre": {"start": "2024-07-01", "end": "2024-07-31"}, "post": {"start": "2024-09-01", "end": "2024-09-30"},
    }
    (root / "regions.json").write_text(json.dumps([region]))
    command = [binary, "--root", root / "out", "--regions", root / "regions.json", "--stac", root / "items.json", "update", name]
    row = timed([*command, "--quiet"], store, root)
    meta = json.loads((root / "out" / "meta" / f"{name}.json").read_text())
    assert meta["last_status"] == "success" and meta["tile_count"] > 0, meta["last_error"]
    shutil.rmtree(root)
    return row


class Peer:
    """The same job by other hands, in a virtual environment of its own."""

    def __init__(self, name, python, venv):
        self.script = SHARED / f"peer_{name}.py"
        # PyPI's gdal-wheel (GDAL 3.13, whose `raster tile` the peers call) wants Python 3.12 or newer.
        python = works(python) if python else next(filter(None, map(works, ("python3.12", "python3.13", "python3.14"))), None)
        if python is None:
            sys.exit("the peers want Python 3.12 or newer: name one with --python, or say --peer none")
        say(f"installing {', '.join(PEER_PACKAGES[name])}")
        subprocess.run([python, "-m", "venv", venv], check=True)
        self.python = venv / "bin" / "python"
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEER_PACKAGES[name]], check=True)
        version = subprocess.run([self.python, "-c", "from osgeo import gdal; print(gdal.__version__)"], check=True, capture_output=True, text=True).stdout.strip()
        self.title = {"odc": "odc-stac", "gdal": "GDAL warp, one date a side"}[name] + f" + GDAL {version} tile"

    def run(self, scenes, out, zoom, store):
        row = timed([self.python, self.script, scenes, out, str(zoom), *([store.address] if store.address else [])], store)
        shutil.rmtree(out)
        return row


class Store:
    """far_store.py on a free port; nothing where the files are local."""

    def __init__(self, folder, ttfb_ms):
        self.folder, self.ttfb_ms, self.address = folder, ttfb_ms, None

    def __enter__(self):
        if self.ttfb_ms is None:
            return self
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server = subprocess.Popen([sys.executable, SHARED / "far_store.py", self.folder, "--port", str(port), "--ttfb-ms", str(self.ttfb_ms)])
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                self.address = address
                self.counted()
                return self
            except OSError:
                time.sleep(0.1)
        sys.exit("far_store.py does not answer")

    def __exit__(self, *_):
        if self.address:
            self.server.terminate()
            self.server.wait()

    def counted(self):
        """Requests and bytes since the last call."""
        if not self.address:
            return {"requests": 0, "bytes": 0}
        return json.loads(urllib.request.urlopen(f"{self.address}/__stats__").read())


def timed(command, store, folder=None):
    store.counted()
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status != 0:
        sys.exit(f"ended with {os.waitstatus_to_exitcode(status)}: {' '.join(map(str, command))}")
    return {"seconds": seconds, "peak_mib": usage.ru_maxrss / 1024, "user": usage.ru_utime, **store.counted()}


def needed_bytes(scenes, scenes_per_tile):
    """Bytes of the blocks of the first image of each file, which wide and fine read, and number of files."""
    items = json.loads((scenes / "items.json").read_text())["features"]
    used = [item for item in items if int(item["id"].rsplit("_", 1)[1]) < scenes_per_tile]
    files = [scenes / asset["href"] for item in used for asset in item["assets"].values()]
    return sum(sum(block_bytes(file)) for file in files), len(files)


def block_bytes(file):
    """TileByteCounts (325) of the first image of a little-endian classic TIFF."""
    data = file.read_bytes()[: 1 << 16]
    assert data[:4] == b"II*\0", file
    at = struct.unpack_from("<I", data, 4)[0]
    for entry in range(struct.unpack_from("<H", data, at)[0]):
        tag, kind, count, value = struct.unpack_from("<HHII", data, at + 2 + 12 * entry)
        if tag == 325:
            letter, size = {3: ("H", 2), 4: ("I", 4)}[kind]
            place = value if count * size > 4 else at + 2 + 12 * entry + 8
            return struct.unpack_from(f"<{count}{letter}", data, place)
    sys.exit(f"{file} has no tiles")


def kernel():
    say("the kernel: four bands to a class")
    subprocess.run(["cargo", "run", "--quiet", "--release", "--package", "dragonfly-core", "--example", "kernel"], cwd=ROOT, check=True)


def python_with_gdal(peer):
    for python in ([peer.python] if peer else []) + ["/usr/bin/python3", "python3"]:
        if subprocess.run([python, "-c", "import numpy; from osgeo import gdal"], capture_output=True).returncode == 0:
            return python
    sys.exit("no Python here has GDAL and numpy: install python3-gdal and python3-numpy")


def works(python):
    """The path of a Python that runs: what stands in for an absent version does not."""
    found = shutil.which(python)
    answer = found and subprocess.run([found, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True)
    return answer.stdout.strip() if answer and answer.returncode == 0 else None


def say(text):
    print(re.sub(r"^", "· ", text), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
