#!/usr/bin/env python3
"""Rules for the tree that no compiler knows: sizes, no sleeps, one clock, one source of random numbers, no
paths of somebody's machine, no promises left."""
import pathlib
import re
import subprocess
import sys

MAX_LINES = 600
MAX_FUNCTION = 80

FORBIDDEN = [
    # pattern, where, except in, why
    (r"\bg_timeout_add|\bg_timeout_source_new", "src", r"$^", "timers go through RjClock"),
    # a benchmark samples a process at intervals; it waits for nothing and judges nothing
    (r"\b(g_usleep|usleep|nanosleep|sleep) *\(", "src tests", r"\.(py|mjs|sh)$|^tests/bench/", "wait for a fact"),
    (r"\b(g_random_|rand *\(|srand|random *\()", "src", r"$^", "random numbers come from RjDice"),
    (r"\.\./shared|/work/|/home/", "src tests data scripts docker README.md HACKING.md", r"check-tree\.py$",
     "the project stands alone"),
    (r"\b(TODO|FIXME|XXX)\b", "src tests data scripts", r"check-tree\.py$", "no promises in the tree"),
    # tests/lib/lsan.supp names this function because of rtpbin, so a list of ours would leak unseen
    (r"\bg_slist_prepend\b", "src", r"$^", "LeakSanitizer would not see a leak of it: use g_slist_append or a GPtrArray"),
    (r"\bg(char|int|double|float|long|short)\b", "src", r"$^", "plain C types"),
]


def tracked(source):
    out = subprocess.run(["git", "-C", str(source), "ls-files"], capture_output=True, text=True, check=False)
    if out.returncode == 0 and out.stdout:
        return [source / line for line in out.stdout.splitlines()]
    return [p for p in source.rglob("*") if p.is_file() and "node_modules" not in p.parts]


def check_functions(path, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start - 1 > MAX_FUNCTION:
                yield f"{path}:{start}: function of {number - start - 1} lines, at most {MAX_FUNCTION}"
            start = None


def check(source):
    for path in tracked(source):
        name = path.relative_to(source)
        parts = name.parts
        if not path.is_file() or parts[:2] == ("tests", "vectors") or path.suffix in (".png", ".json"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = text.splitlines()
        if path.suffix in (".c", ".h"):
            if len(lines) > MAX_LINES:
                yield f"{name}: {len(lines)} lines, at most {MAX_LINES}"
            yield from check_functions(name, lines)
        if text and not text.endswith("\n"):
            yield f"{name}: no newline at the end"
        for pattern, where, spared, why in FORBIDDEN:
            roots = where.split()
            if parts[0] not in roots or re.search(spared, str(name)):
                continue
            for number, line in enumerate(lines, 1):
                if re.search(pattern, line):
                    yield f"{name}:{number}: {why}: {line.strip()[:80]}"


def main():
    problems = list(check(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(problems))
    print(f"{len(problems)} problems")
    sys.exit(bool(problems))


main()
