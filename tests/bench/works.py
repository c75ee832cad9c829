"""The benchmarks: what each reads, and which peers do the same."""

# The scenes are those of `bench_scenes` of the same name, or of the one in `scenes`. `scenes_per_tile` is per side of the
# fire; a ttfb of None means local files. `part` is the middle of the scenes' box that is mapped, as fractions of its width
# and height; all of it where it is missing.
PIPELINES = {
    "wide": {"title": "64 MGRS tiles, 256 scenes, 100 ms to each first byte, zoom 4–9",
             "max_zoom": 9, "ttfb_ms": 100, "scenes_per_tile": 2, "peers": ["odc", "gdal"]},
    # Whether time grows with the tiles, and memory does not.
    "wide_16": {"title": "the same of 16 MGRS tiles, 64 scenes",
                "max_zoom": 9, "ttfb_ms": 100, "scenes_per_tile": 2, "peers": []},
    "wide_256": {"title": "the same of 256 MGRS tiles, 1,024 scenes",
                 "max_zoom": 9, "ttfb_ms": 100, "scenes_per_tile": 2, "peers": []},
    "masks": {"title": "64 MGRS tiles, 256 scenes whose masks are read at 40 m and their bands at 160 m, 100 ms away, zoom 4–9",
              "max_zoom": 9, "ttfb_ms": 100, "scenes_per_tile": 2, "peers": ["odc"]},
    "fine": {"title": "2 MGRS tiles at 20 m from local files, one date per side, zoom 4–12",
             "max_zoom": 12, "ttfb_ms": None, "scenes_per_tile": 1, "peers": ["gdal", "odc"]},
    # As large as the box of the Thomas fire of 2017, without a zone: all of it is read and mapped.
    "fire": {"title": "one fire, 0.7° × 0.5° across 2 MGRS tiles at 20 m, 100 ms to each first byte, one date per side, zoom 8–13",
             "scenes": "fine", "part": [0.282, 0.493], "min_zoom": 8, "max_zoom": 13, "ttfb_ms": 100,
             "scenes_per_tile": 1, "peers": []},
}
TITLES = {name: work["title"] for name, work in PIPELINES.items()} | {
    "kernel": "four bands to a value, one thread",
    "fire_points": "a night over a million active-fire points, one thread",
    "near": "in the browser, 4 bands and 2 masks of 2048 × 2048 pixels, from click to picture",
}
COMMANDS = {name: f"scripts/bench {name}" for name in TITLES}
