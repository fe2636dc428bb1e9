#!/usr/bin/env python3
"""Which statements about OpenVidu 2 (statements.tsv) have been proven by a run of the tests.

    statements.py --log build/meson-logs/testlog.json [--brief] [--output FILE.json] [--hacking HACKING.md]

A TAP subtest whose name begins with statements proves them: "/client-41/client-43/evicted" (GLib),
"server-46 a node dies" (others). One that failed, or was skipped, counts against them; a statement of which
there is no subtest is missing. Prints a table; --brief: without those that passed. --output: the same as JSON. --hacking: writes it between the
marks in that document. Ends with 1 unless all have passed."""

import argparse
import json
import pathlib
import re
import sys

BEGIN = "<!-- statements: written by tests/conformance/statements.py -->"
END = "<!-- end of statements -->"
KINDS = {"client": "The client", "server": "The server", "real": "Seen on the real server"}
SUBTEST = re.compile(r"^\s*(not )?ok\b[ \t]*\d*[ \t]*(?:- )?([^#\n]*)(#[^\n]*)?", re.MULTILINE)
NAME = re.compile(rf"/?((?:{'|'.join(KINDS)})-[1-9]\d*)(?!\w)[ ,:]*")
GOOD = ("OK", "EXPECTEDFAIL")
DATA = pathlib.Path(__file__).with_name("statements.tsv")


def read_statements(path=DATA):
    """(id, text, note) in the order of the file"""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [tuple((line.split("\t") + [""])[:3]) for line in lines if line]


def named_by(subtest):
    """The statements that the name of a subtest begins with"""
    names, position = [], 0
    while match := NAME.match(subtest, position):
        names.append(match.group(1))
        position = match.end()
    return names


def read_subtests(tap):
    """(statements, passed) of each subtest that names some"""
    for match in SUBTEST.finditer(tap):
        failed, name, directive = match.groups()
        excused = re.match(r"#\s*(skip|todo)", directive or "", re.IGNORECASE)
        if names := named_by(name.strip()):
            yield names, not failed and not excused


def collect(log):
    """statement → {name of a test: whether all its subtests passed}"""
    found = {}
    for line in log.splitlines():
        test = json.loads(line)
        subtests = list(read_subtests(test.get("stdout") or ""))
        # one that broke off does not say in which subtest: it has proven nothing
        broken = test.get("result", "OK") not in GOOD and all(passed for _, passed in subtests)
        for names, passed in subtests:
            for name in names:
                tests = found.setdefault(name, {})
                # meson's name: "rejoin:unit+conformance / protocol-sdp"
                program = test["name"].split(" / ")[-1]
                tests[program] = passed and not broken and tests.get(program, True)
    return found


def judge(statements, found):
    rows = []
    for name, text, note in statements:
        tests = found.get(name, {})
        result = "missing" if not tests else "passed" if all(tests.values()) else "failed"
        rows.append({"id": name, "text": text, "note": note, "result": result, "tests": sorted(tests)})
    return rows


def count(rows):
    return {result: sum(row["result"] == result for row in rows) for result in ("passed", "failed", "missing")}


def summary(rows):
    return f"{len(rows)} statements: " + ", ".join(f"{n} {result}" for result, n in count(rows).items())


def print_table(rows, brief):
    for row in rows:
        if brief and row["result"] == "passed":
            continue
        print(f"{row['id']:<10} {row['result']:<8} {row['text']}" + (f" [{row['note']}]" if row["note"] else ""))
    print(summary(rows))


def markdown(rows):
    lines = []
    for kind, title in KINDS.items():
        lines += ["", f"| | {title} | tests | result |", "|---|---|---|---|"]
        for row in rows:
            if row["id"].split("-")[0] == kind:
                text = row["text"] + (f" *({row['note']})*" if row["note"] else "")
                lines.append(" | ".join([f"| {row['id']}", text, ", ".join(row["tests"]), f"{row['result']} |"]))
    return "\n".join([BEGIN, summary(rows) + ".", *lines, "", END])


def rewrite(path, rows):
    before, rest = path.read_text(encoding="utf-8").split(BEGIN, 1)
    path.write_text(before + markdown(rows) + rest.split(END, 1)[1], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=pathlib.Path, required=True)
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--hacking", type=pathlib.Path)
    options = parser.parse_args()
    statements = read_statements()
    found = collect(options.log.read_text(encoding="utf-8"))
    unknown = sorted(set(found) - {name for name, _, _ in statements})
    rows = judge(statements, found)
    print_table(rows, options.brief)
    if unknown:
        print(f"no such statements, but tests that name them: {', '.join(unknown)}")
    if options.output:
        options.output.write_text(json.dumps({**count(rows), "statements": rows}, indent=1) + "\n", encoding="utf-8")
    if options.hacking:
        rewrite(options.hacking, rows)
    sys.exit(bool(unknown) or count(rows)["passed"] != len(rows))


if __name__ == "__main__":
    main()
