"""Times complete runs over scenes: Dragonfly's `update`, and the peers."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import threading
import time
import urllib.request

from peers import TITLES as PEER_TITLES
from peers import PeerError
from works import PIPELINES

HERE = pathlib.Path(__file__).resolve().parent
# No run takes longer; a process that hangs is killed.
RUN_TIMEOUT_S = 3600


class RunError(Exception):
    """A command that failed."""


class Store:
    """slow_bucket.py over a folder; without an address where the files are local."""

    def __init__(self, folder, ttfb_ms):
        self.folder, self.ttfb_ms, self.address = folder, ttfb_ms, None

    def __enter__(self):
        if self.ttfb_ms is not None:
            command = [sys.executable, HERE / "slow_bucket.py", self.folder, "--ttfb-ms", str(self.ttfb_ms)]
            self.server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            # An empty line: it has ended, and its message is on stderr.
            self.address = self.server.stdout.readline().strip() or sys.exit("slow_bucket.py has ended")
        return self

    def __exit__(self, *_):
        if self.address:
            self.server.terminate()
            self.server.wait(timeout=60)

    def counts(self):
        """Requests and bytes since the last call."""
        if not self.address:
            return {"requests": 0, "bytes": 0}
        with urllib.request.urlopen(f"{self.address}/__stats__", timeout=60) as response:
            return json.load(response)


def time_pipeline(name, options, folder, scenes, peers, say):
    """The rows of a work: Dragonfly's best of several runs, and each peer's run."""
    work = PIPELINES[name]
    needed, file_count = needed_bytes(scenes, work["scenes_per_tile"])
    with Store(scenes, work["ttfb_ms"]) as store:
        runs = []
        for run in range(options.runs):
            say(f"{name}: Dragonfly, run {run + 1} of {options.runs}")
            runs.append(dragonfly(name, options.binary, scenes, folder / f"{name}-{run}", store))
        # Only now: ext4 looks for inodes in vain for seconds after many files were removed.
        for run in range(options.runs):
            shutil.rmtree(folder / f"{name}-{run}")
        say("all runs: " + ", ".join("%.1f s" % run["seconds"] for run in runs))
        measured = [("Dragonfly", min(runs, key=lambda run: run["seconds"]))]
        for peer in work["peers"] if options.peer is None else options.peer:
            say(f"{name}: {PEER_TITLES[peer]}")
            try:
                out = folder / f"{name}-{peer}"
                arguments = [scenes, out, work["max_zoom"], *([store.address] if store.address else [])]
                measured.append((PEER_TITLES[peer], timed(peers.command(peer, arguments), store)))
            except (PeerError, RunError) as error:
                say(f"SKIPPED {PEER_TITLES[peer]}: {error}")
            shutil.rmtree(out, ignore_errors=True)
    own_s = measured[0][1]["seconds"]
    return [row(name, title, run, own_s, needed, file_count) for title, run in measured]


def row(name, title, run, own_s, needed, file_count):
    result = {"work": name, "contender": title, "seconds": round(run["seconds"], 2), "peak_mib": round(run["peak_mib"])}
    if title != "Dragonfly":
        result["ratio"] = round(run["seconds"] / own_s, 2)
    if run["requests"]:
        result["requests_per_file"] = round(run["requests"] / file_count, 2)
        # With finer masks, and for a part of the scenes, the blocks needed are not those of the first image.
        if name == "masks" or "part" in PIPELINES[name]:
            result["megabytes"] = round(run["bytes"] / 1e6)
        else:
            result["bytes_ratio"] = round(run["bytes"] / needed, 2)
    return result


def dragonfly(name, binary, scenes, root, store):
    """From the start of `update` to published tiles."""
    root.mkdir()
    items = json.loads((scenes / "items.json").read_text())
    for asset in (asset for item in items["features"] for asset in item["assets"].values()):
        asset["href"] = f"{store.address or scenes.resolve()}/{asset['href'].removeprefix('./')}"
    (root / "items.json").write_text(json.dumps(items))
    west, south, east, north = zip(*(item["bbox"] for item in items["features"]))
    work = PIPELINES[name]
    region = {
        "name": name, "bbox": middle([min(west), min(south), max(east), max(north)], work.get("part", [1, 1])),
        "zoom_min": work.get("min_zoom", 4), "zoom_max": work["max_zoom"], "scenes_per_tile": work["scenes_per_tile"],
        "pre": {"start": "2024-07-01", "end": "2024-07-31"}, "post": {"start": "2024-09-01", "end": "2024-09-30"},
    }
    (root / "regions.json").write_text(json.dumps([region]))
    files = ["--root", root / "out", "--regions", root / "regions.json", "--stac", root / "items.json"]
    run = timed([binary, *files, "update", name, "--quiet"], store, root)
    meta = json.loads((root / "out" / "meta" / f"{name}.json").read_text())
    if meta["last_status"] != "success" or not meta["tile_count"]:
        raise RunError(f"{name} has no map: {meta['last_error']}")
    return run


def middle(box, fractions):
    """The middle of a box (west, south, east, north), as fractions of its width and height."""
    halves = [fraction * (box[axis + 2] - box[axis]) / 2 for axis, fraction in enumerate(fractions)]
    centre = [(box[axis] + box[axis + 2]) / 2 for axis in (0, 1)]
    return [place - half for place, half in zip(centre, halves)] + [place + half for place, half in zip(centre, halves)]


def timed(command, store, folder=None):
    """Seconds, peak memory, requests and bytes of a command."""
    store.counts()
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, cwd=folder)
    limit = threading.Timer(RUN_TIMEOUT_S, process.kill)
    limit.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    limit.cancel()
    if status != 0:
        raise RunError(f"ended with {os.waitstatus_to_exitcode(status)}: {' '.join(map(str, command))}")
    return {"seconds": seconds, "peak_mib": usage.ru_maxrss / 1024, **store.counts()}


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
