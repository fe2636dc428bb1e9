#!/usr/bin/env python3
"""HACKING.md's table names every statement about OpenVidu 2 with its text, and no other; statements are
numbered without a hole. And the reader of test logs that fills it counts what failed, was skipped, broke off,
or is not there."""
import json
import pathlib
import re
import sys

TAP = """1..6
ok 1 /client-1/token
ok 2 /client-2/client-3/address
not ok 3 /client-2/without-port
ok 4 /client-4 # SKIP no network
ok 5 server-1: what / real-2 says
    ok 6 - client-12 inner
ok 7 /signalling/client-5
"""
EXPECTED = {
    "client-1": {"a": True}, "client-2": {"a": False}, "client-3": {"a": True}, "client-4": {"a": False},
    "server-1": {"a": True}, "client-12": {"a": True},
}


def check_reader(statements):
    found = statements.collect(json.dumps({"name": "a", "stdout": TAP}) + "\n" + json.dumps({"name": "b"}))
    if found != EXPECTED:
        yield f"statements.py reads {found} instead of {EXPECTED}"
    broken = statements.collect(json.dumps({"name": "a", "stdout": "ok 1 /client-1/x\nBail out!", "result": "ERROR"}))
    if broken != {"client-1": {"a": False}}:
        yield f"statements.py believes a test that broke off: {broken}"
    rows = statements.judge([("client-1", "", ""), ("client-2", "", ""), ("client-6", "", "")], found)
    if [row["result"] for row in rows] != ["passed", "failed", "missing"]:
        yield f"statements.py judges {rows}"


def check_numbers(rows):
    for kind in ("client", "server", "real"):
        numbers = [int(name.split("-")[1]) for name, _, _ in rows if name.startswith(kind + "-")]
        if numbers != list(range(1, len(numbers) + 1)) or not numbers:
            yield f"statements.tsv: {kind} has the numbers {numbers}"


def check_table(statements, rows, text):
    table = text.split(statements.BEGIN, 1)[1].split(statements.END, 1)[0]
    told = dict(re.findall(r"^\| (\w+-\d+) \| (.*?) \| ", table, re.MULTILINE))
    for name, sentence, note in rows:
        if told.pop(name, "").replace(f" *({note})*", "") != sentence:
            yield f"HACKING.md: {name} is missing or old in the table of statements; run make conformance, " \
                  "then statements.py --hacking"
    for name in told:
        yield f"HACKING.md: there is no statement {name}"


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(source / "tests" / "conformance"))
    import statements

    rows = statements.read_statements()
    text = (source / "HACKING.md").read_text(encoding="utf-8")
    problems = [*check_reader(statements), *check_numbers(rows), *check_table(statements, rows, text)]
    print("\n".join(problems))
    print(f"{len(problems)} problems")
    sys.exit(bool(problems))


main()
