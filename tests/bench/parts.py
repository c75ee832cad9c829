"""Benchmarks of a part by itself: the kernel, active-fire points, the browser. Each returns rows."""
import json
import re
import subprocess

PART_TIMEOUT_S = 3600


def kernel(root, cargo_profile, _options, _folder):
    """Rows of core/examples/kernel.rs, which prints `| part | 1080 Mpx/s |`: minutes with --profile dev."""
    arguments = ["cargo", "run", "--quiet", "--locked", *cargo_profile, "--package", "dragonfly-core"]
    return kernel_rows(output(arguments + ["--example", "kernel"], root))


def kernel_rows(text):
    return [
        {"work": "kernel", "contender": part, "mpx_per_s": int(rate)}
        for part, rate in re.findall(r"^\| (.+) \| (\d+) Mpx/s \|$", text, re.MULTILINE)
    ]


def fire_points(root, cargo_profile, options, _folder):
    """The row of core/benches/fire_points: the sum of its phases, which prints seconds, CPU and MiB."""
    profile = [] if cargo_profile else ["--profile", "dev"]
    arguments = ["cargo", "bench", "--quiet", "--locked", *profile, "--package", "dragonfly-core"]
    points = ["--", "10000"] if options.small else []
    return fire_points_rows(output(arguments + ["--bench", "fire_points", *points], root))


def fire_points_rows(text):
    found = re.search(r"^a night +([\d.]+) +\S+ +(\d+)$", text, re.MULTILINE)
    if found is None:
        raise OSError("fire_points printed no line `a night` with seconds and MiB: compare phase.rs with parts.py")
    seconds, peak_mib = found.groups()
    return [
        {"work": "fire_points", "contender": "Dragonfly", "seconds": float(seconds), "peak_mib": int(peak_mib)}
    ]


def near(root, _cargo_profile, options, folder):
    """Rows of browser.mjs."""
    rows = folder / "near.json"
    scenes = ["--scenes", options.scenes / "near"] if options.scenes else []
    command = ["node", root / "tests/bench/browser.mjs", "near", "--runs", options.runs, "--json", rows, *scenes]
    output(command, root)
    return json.loads(rows.read_text())


def output(command, root):
    """What a command prints, which is also shown."""
    command = list(map(str, command))
    text = subprocess.run(
        command, cwd=root, check=True, stdout=subprocess.PIPE, text=True, timeout=PART_TIMEOUT_S
    ).stdout
    print(text, end="", flush=True)
    return text


PARTS = {"kernel": kernel, "fire_points": fire_points, "near": near}
