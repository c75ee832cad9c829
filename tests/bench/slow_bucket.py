#!/usr/bin/env python3
"""Serves a folder over HTTP like a bucket far away: ranges, a delay before each response, a limited rate.

usage: tests/bench/slow_bucket.py FOLDER [--port 0] [--ttfb-ms 100] [--mbit 200]

Prints its address once it listens. GET /__stats__ returns {"requests", "bytes"} since the last such request.
"""
import argparse
import http.server
import json
import pathlib
import re
import threading
import time

CHUNK_BYTES = 65536
RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "Content-Range, Content-Length, Accept-Ranges, ETag",
}


class Statistics:
    """Requests and bytes sent, counted by the threads of all connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.requests, self.bytes = 0, 0

    def add(self, requests=0, bytes_sent=0):
        with self.lock:
            self.requests += requests
            self.bytes += bytes_sent

    def take(self):
        """The counts since the last call."""
        with self.lock:
            counts = {"requests": self.requests, "bytes": self.bytes}
            self.requests, self.bytes = 0, 0
        return counts


class SlowBucket(http.server.ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, folder, port=0, ttfb_ms=100, mbit=200):
        self.folder = pathlib.Path(folder).resolve()
        self.delay_s = ttfb_ms / 1000
        self.seconds_per_byte = 8 / (mbit * 1e6)
        self.statistics = Statistics()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # A connection without a request ends.
    timeout = 600

    def log_message(self, *_):
        """No log: a line for each request would take time."""

    def do_OPTIONS(self):
        self.send_head(204, {"Content-Length": "0"})

    def do_HEAD(self):
        self.respond(has_body=False)

    def do_GET(self):
        self.respond(has_body=True)

    def respond(self, has_body):
        if self.path == "/__stats__":
            counts = json.dumps(self.server.statistics.take()).encode()
            self.send_head(200, {"Content-Type": "application/json", "Content-Length": str(len(counts))})
            self.wfile.write(counts)
            return
        self.server.statistics.add(requests=1)
        time.sleep(self.server.delay_s)
        file = (self.server.folder / self.path.split("?")[0].lstrip("/")).resolve()
        if not file.is_relative_to(self.server.folder) or not file.is_file():
            self.send_head(404, {"Content-Length": "0"})
            return
        status = file.stat()
        try:
            first, last = requested_range(self.headers.get("Range"), status.st_size)
        except ValueError:
            self.send_head(416, {"Content-Range": f"bytes */{status.st_size}", "Content-Length": "0"})
            return
        headers = {
            "Content-Type": "application/json" if file.suffix == ".json" else "image/tiff",
            "Content-Length": str(last - first + 1),
            "Accept-Ranges": "bytes",
            "ETag": f'"{status.st_size}-{status.st_mtime_ns}"',
        }
        if "Range" in self.headers:
            headers["Content-Range"] = f"bytes {first}-{last}/{status.st_size}"
        self.send_head(206 if "Range" in self.headers else 200, headers)
        if has_body:
            self.send_bytes(file, first, last)

    def send_head(self, code, headers):
        self.send_response(code)
        for name, value in {**CORS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_bytes(self, path, first, last):
        with path.open("rb") as file:
            file.seek(first)
            left = last - first + 1
            while left > 0:
                chunk = file.read(min(CHUNK_BYTES, left))
                if not chunk:
                    # The file has become shorter; the client sees an incomplete body.
                    self.close_connection = True
                    return
                started = time.monotonic()
                self.wfile.write(chunk)
                self.server.statistics.add(bytes_sent=len(chunk))
                left -= len(chunk)
                time.sleep(max(0, len(chunk) * self.server.seconds_per_byte - (time.monotonic() - started)))


def requested_range(header, size):
    """First and last byte of a Range header, or of the whole file; ValueError where the file has no such bytes."""
    if header is None:
        return 0, size - 1
    match = RANGE.match(header.strip())
    if not match or match[0] == "bytes=-":
        raise ValueError(header)
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or size), size - 1)
    else:
        first, last = max(0, size - int(match[2])), size - 1
    if first > last:
        raise ValueError(header)
    return first, last


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--ttfb-ms", type=float, default=100)
    arguments.add_argument("--mbit", type=float, default=200)
    options = arguments.parse_args()
    if not options.folder.is_dir():
        arguments.exit(2, f"{options.folder} is not a folder: name the one whose files are served\n")
    with SlowBucket(**vars(options)) as bucket:
        print(bucket.address, flush=True)
        bucket.serve_forever()


if __name__ == "__main__":
    main()
