"""Tests of what the benchmarks are made of: the table on invented rows, the bucket on a small file.

python3 -m unittest discover --start-directory tests/bench
"""
import json
import pathlib
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

import table
from parts import fire_points_rows, kernel_rows
from peers import PeerError, Peers
from pipeline import middle
from slow_bucket import SlowBucket, requested_range

OLD = [
    {"work": "kernel", "contender": "dNBR", "mpx_per_s": 1, "measured": "long ago"},
    {"work": "fine", "contender": "Dragonfly", "seconds": 9.0, "peak_mib": 300, "measured": "long ago"},
    {"work": "fine", "contender": "another", "seconds": 90.0, "ratio": 10.0, "measured": "long ago"},
]
NEW = [
    {"work": "fine", "contender": "Dragonfly", "seconds": 4.5, "peak_mib": 200, "measured": "today"},
    {"work": "wide", "contender": "Dragonfly", "seconds": 12.0, "peak_mib": 400, "requests_per_file": 2.0,
     "bytes_ratio": 1.1, "measured": "today"},
    {"work": "wide", "contender": "odc-stac", "seconds": 120.0, "ratio": 10.0, "measured": "today"},
]


class TableTest(unittest.TestCase):
    def test_a_work_measured_again_replaces_its_rows_alone(self):
        rows = table.merged(OLD, NEW)
        self.assertEqual([(row["work"], row["contender"]) for row in rows], [
            ("wide", "Dragonfly"), ("wide", "odc-stac"), ("fine", "Dragonfly"), ("kernel", "dNBR"),
        ])
        self.assertEqual(rows[3]["measured"], "long ago")

    def test_the_table_has_the_figures_and_what_is_not_measured(self):
        lines = table.table(NEW).splitlines()
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        self.assertEqual({len(line) for line in cells}, {len(table.HEADER)})
        self.assertEqual(cells[2][1:], ["Dragonfly", "12 s", "", "400 MiB", "2.00", "1.10", "`scripts/bench wide`", "today"])
        self.assertEqual(cells[3][1:], ["odc-stac", "120 s", "10 × as long", "", "", "", "", "today"])
        self.assertIn("**wide_16**", cells[4][0])
        self.assertEqual(cells[4][-1], "not measured yet")

    def test_bytes_are_beside_the_time_where_no_ratio_holds(self):
        row = {"contender": "one", "seconds": 3, "megabytes": 75, "requests_per_file": 9, "measured": "today"}
        self.assertEqual(table.cells(row), ["one", "3 s, 75 MB", "", "", "9.00", ""])

    def test_several_runs_are_a_span(self):
        row = {"contender": "one", "seconds": [0.44, 0.46], "ratio": [2.6, 2.7]}
        self.assertEqual(table.cells(row)[:3], ["one", "0.44–0.46 s", "2.6–2.7 × as long"])

    def test_a_summary_quotes_the_rows(self):
        text = table.summary(NEW).replace("\n", " ")
        self.assertIn("Dragonfly: 12 s, 400 MiB; odc-stac: 120 s, 10 × as long.", text)
        self.assertNotIn("kernel", text)

    def test_recording_renews_both_files_and_nothing_without_their_sections(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "tests/bench").mkdir(parents=True)
            (root / "tests/bench/measured.json").write_text(json.dumps(OLD))
            (root / "docs/performance.md").write_text("before\n<!-- table -->\nold\n<!-- /table -->\nafter\n")
            (root / "README.md").write_text("no section\n")
            with self.assertRaisesRegex(ValueError, "<!-- performance -->"):
                table.record(root, NEW)
            self.assertEqual(json.loads((root / "tests/bench/measured.json").read_text()), OLD)
            (root / "README.md").write_text("<!-- performance -->\n<!-- /performance -->\n")
            table.record(root, NEW)
            text = (root / "docs/performance.md").read_text()
            self.assertTrue(text.startswith("before\n<!-- table -->\n| work |"), text)
            self.assertTrue(text.endswith("|\n<!-- /table -->\nafter\n"), text)
            self.assertNotIn("old", text)
            self.assertEqual(json.loads((root / "tests/bench/measured.json").read_text()), table.merged(OLD, NEW))
            table.record(root, [])
            self.assertEqual((root / "docs/performance.md").read_text(), text)

    def test_the_published_table_and_paragraph_are_those_of_the_rows(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        rows = json.loads((root / "tests/bench/measured.json").read_text())
        self.assertIn(table.table(rows), (root / "docs/performance.md").read_text())
        self.assertIn(table.summary(rows), (root / "README.md").read_text())


class MiddleTest(unittest.TestCase):
    def test_a_part_is_in_the_middle_of_its_box(self):
        self.assertEqual(middle([-10, 40, 10, 44], [1, 1]), [-10, 40, 10, 44])
        self.assertEqual(middle([-10, 40, 10, 44], [0.5, 0.25]), [-5, 41.5, 5, 42.5])


class PartsTest(unittest.TestCase):
    def test_printed_figures_become_rows(self):
        self.assertEqual(kernel_rows("| four bands to dNBR | 1080 Mpx/s |\nother\n| warp, 2 pixels | 99 Mpx/s |\n"), [
            {"work": "kernel", "contender": "four bands to dNBR", "mpx_per_s": 1080},
            {"work": "kernel", "contender": "warp, 2 pixels", "mpx_per_s": 99},
        ])
        text = "phase  seconds  CPU  peak MiB\n  a part 1.00 1.00 9\na night     12.34     12.00       512\n"
        self.assertEqual(fire_points_rows(text), [
            {"work": "fire_points", "contender": "Dragonfly", "seconds": 12.34, "peak_mib": 512},
        ])
        with self.assertRaisesRegex(OSError, "a night"):
            fire_points_rows("nothing")


class PeersTest(unittest.TestCase):
    def test_a_peer_without_its_python_is_an_error_that_states_the_option(self):
        peers = Peers("/no/such/python", pathlib.Path("/no/such/folder"))
        for _ in range(2):
            with self.assertRaisesRegex(PeerError, "--python"):
                peers.command("odc", [])


class SlowBucketTest(unittest.TestCase):
    def test_ranges_follow_http(self):
        for header, expected in {
            None: (0, 99), "bytes=0-9": (0, 9), "bytes=90-200": (90, 99), "bytes=5-": (5, 99), "bytes=-10": (90, 99),
        }.items():
            self.assertEqual(requested_range(header, 100), expected, header)
        for header in ("bytes=100-", "bytes=-", "bytes=a-b", "bytes=0-1,5-6", "bytes=9-5", "bytes=-0"):
            with self.assertRaises(ValueError, msg=header):
                requested_range(header, 100)

    def test_it_serves_ranges_and_counts_them(self):
        with tempfile.TemporaryDirectory() as folder, SlowBucket(folder, ttfb_ms=0) as bucket:
            (pathlib.Path(folder) / "file.tif").write_bytes(bytes(range(100)))
            threading.Thread(target=bucket.serve_forever, daemon=True).start()

            def get(path, **headers):
                request = urllib.request.Request(bucket.address + path, headers=headers)
                with urllib.request.urlopen(request, timeout=60) as response:
                    return response.status, response.read()

            self.assertEqual(get("/file.tif"), (200, bytes(range(100))))
            self.assertEqual(get("/file.tif", Range="bytes=10-19"), (206, bytes(range(10, 20))))
            for path, headers, code in [
                ("/absent.tif", {}, 404), ("/../secret", {}, 404), ("/file.tif", {"Range": "bytes=100-"}, 416),
            ]:
                with self.assertRaises(urllib.error.HTTPError, msg=path) as raised:
                    get(path, **headers)
                self.assertEqual(raised.exception.code, code)
            self.assertEqual(json.loads(get("/__stats__")[1]), {"requests": 5, "bytes": 110})
            self.assertEqual(json.loads(get("/__stats__")[1]), {"requests": 0, "bytes": 0})
            bucket.shutdown()


if __name__ == "__main__":
    unittest.main()
