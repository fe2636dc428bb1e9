#!/usr/bin/env python3
"""Every reason of a verdict has its name in the summary's schema and in HACKING.md's table, and there is no other;
the exit codes that apps know are in the man page, and no other."""
import json
import pathlib
import re
import sys


def read_words(root):
    text = (root / "src/measure/rj-reason.c").read_text(encoding="utf-8")
    return set(re.findall(r"\[RJ_REASON_\w+\] = \{ \"([a-z-]+)\"", text))


def read_table(root):
    text = (root / "HACKING.md").read_text(encoding="utf-8")
    table = text[text.index("**Verdict**"):text.index("In JUnit a problem")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`([a-z-]+)`", row)}


def read_schema(root):
    text = (root / "data/schema/summary.schema.json").read_text(encoding="utf-8")
    return set(json.loads(text)["$defs"]["reason"]["enum"])


def find_problems(root):
    words = read_words(root)
    if len(words) < 20:
        yield f"only {len(words)} reasons found in rj-reason.c"
    for place, others in (("HACKING.md", read_table(root)), ("summary.schema.json", read_schema(root))):
        for word in sorted(words - others):
            yield f"{place} does not know the reason {word}"
        for word in sorted(others - words):
            yield f"{place} knows the reason {word}, the code does not"
    codes = set(re.findall(r"RJ_EXIT_\w+ = (\d+)", (root / "src/apps/rj-apps.h").read_text(encoding="utf-8")))
    manual = (root / "data/man/rejoin.1.scd").read_text(encoding="utf-8")
    section = manual.partition("# EXIT STATUS")[2].partition("\n# ")[0]
    told = set(re.findall(r"\*(\d+)\*", section))
    if codes != told:
        yield f"the man page tells of the exit codes {sorted(told)}, the code has {sorted(codes)}"


problems = list(find_problems(pathlib.Path(sys.argv[1])))
print("\n".join(problems))
sys.exit(bool(problems))
