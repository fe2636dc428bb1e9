#!/usr/bin/env python3
"""The sweep can fail: a program is swept that has a defect on purpose, and the sweep must find it, name the case,
and find it again in that case alone. Speaks TAP."""
import os
import re
import subprocess
import sys

DEFECTS = {
    "deaf": "its timers never run: who gets no answer waits for ever",
    "ghost": "it closes its sockets with a text after which the server keeps it",
    "leak": "somebody keeps a reference on each signaller",
}


def run(program, *options):
    return subprocess.run([program, *options], capture_output=True, text=True, check=False)


def check(program, defect):
    """Returns: what is wrong, or None"""
    swept = run(program, "--defect", defect, "--seeds", "0", "--stride", "61")
    if swept.returncode != 1:
        return f"exit code {swept.returncode}"
    found = re.search(r"^# (\S+/\S+/\d+) \(", swept.stdout, re.MULTILINE)
    if not found:
        return "no case is named"
    alone = run(program, "--defect", defect, "--case", found[1])
    if alone.returncode != 1 or "FAILED: " not in alone.stdout:
        return f"{found[1]} alone does not fail"
    if run(program, "--case", found[1]).returncode != 0:
        return f"{found[1]} fails without the defect, too"
    return None


def main():
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    print(f"1..{len(DEFECTS)}")
    failed = False
    for number, defect in enumerate(DEFECTS, 1):
        problem = check(sys.argv[1], defect)
        failed = failed or problem is not None
        print(f"{'ok' if problem is None else 'not ok'} {number} /sweep/finds/{defect} # {problem or DEFECTS[defect]}")
    sys.exit(failed)


main()
