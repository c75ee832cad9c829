"""Writes measured rows into docs/performance.md and the paragraph of README.md that quotes it."""
import json
import textwrap

from works import COMMANDS, TITLES

HEADER = ["work", "", "result", "compared with Dragonfly", "peak memory", "requests per file",
          "bytes, relative to the blocks needed", "command", "measured"]
TEXT_WIDTH = 100


def merged(kept, new):
    """Rows of works that were measured now replace all rows of these works: a ratio holds within one run."""
    renewed = {row["work"] for row in new}
    rows = [row for row in kept if row["work"] not in renewed] + new
    order = list(TITLES)
    return sorted(rows, key=lambda row: order.index(row["work"]))


def table(rows):
    """The rows as a table of Markdown; a work without a row is listed as not measured."""
    lines = [HEADER, ["---"] * len(HEADER)]
    for work, title in TITLES.items():
        of_work = [row for row in rows if row["work"] == work] or [{"measured": "not measured yet"}]
        for number, row in enumerate(of_work):
            name = f"**{work}**: {title}" if number == 0 else ""
            command = f"`{COMMANDS[work]}`" if number == 0 else ""
            lines.append([name, *cells(row), command, row["measured"]])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cells(row):
    if "seconds" in row:
        result = f"{span(row['seconds'])} s" + (f", {row['megabytes']} MB" if "megabytes" in row else "")
    else:
        result = f"{row['mpx_per_s']} Mpx/s" if "mpx_per_s" in row else ""
    return [
        row.get("contender", ""), result,
        f"{span(row['ratio'])} × as long" if "ratio" in row else "",
        f"{row['peak_mib']} MiB" if "peak_mib" in row else "",
        *(f"{row[name]:.2f}" if name in row else "" for name in ("requests_per_file", "bytes_ratio")),
    ]


def span(value):
    """A number, or the lowest and highest of several runs."""
    return "–".join(f"{number:g}" for number in (value if isinstance(value, list) else [value]))


def summary(rows):
    """The main figures in a paragraph: Dragonfly's and those of each work's first peer."""
    sentences = []
    for work in ("wide", "fine", "near"):
        of_work = [row for row in rows if row["work"] == work]
        if of_work:
            results = "; ".join(f"{row['contender']}: {quoted(row)}" for row in of_work[:2])
            sentences.append(f"{TITLES[work][0].upper()}{TITLES[work][1:]}. {results}.")
    kernel = [
        f"{row['contender']}, {row['mpx_per_s']} million per second" for row in rows if row["work"] == "kernel"
    ]
    if kernel:
        sentences.append(f"The kernel on one thread: {'; '.join(kernel[:2])}.")
    sentences.append("[docs/performance.md](docs/performance.md) has all figures, when each was measured and how.")
    lines = textwrap.wrap(" ".join(sentences), TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def quoted(row):
    facts = [f"{span(row['seconds'])} s"] if "seconds" in row else []
    facts += [f"{row['peak_mib']} MiB"] if "peak_mib" in row else []
    facts += [f"{span(row['ratio'])} × as long"] if "ratio" in row else []
    return ", ".join(facts)


def renewed(text, section, content):
    """A text whose section between `<!-- section -->` and `<!-- /section -->` has another content."""
    begin, end = f"<!-- {section} -->\n", f"<!-- /{section} -->"
    head, found_begin, rest = text.partition(begin)
    _, found_end, tail = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"there is no section between {begin.strip()} and {end.strip()}: add both lines")
    return f"{head}{begin}{content}\n{end}{tail}"


def record(root, new):
    """Merges rows into tests/bench/measured.json and renews what is written from it."""
    file = root / "tests" / "bench" / "measured.json"
    rows = merged(json.loads(file.read_text()), new)
    performance, readme = root / "docs" / "performance.md", root / "README.md"
    # Nothing is written when a section is missing.
    texts = {
        performance: renewed(performance.read_text(), "table", table(rows)),
        readme: renewed(readme.read_text(), "performance", summary(rows)),
        file: json.dumps(rows, indent=1, ensure_ascii=False) + "\n",
    }
    for path, text in texts.items():
        path.write_text(text)
