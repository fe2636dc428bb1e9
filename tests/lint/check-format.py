#!/usr/bin/env python3
"""Every C file looks as `make format` leaves it. Versions of clang-format differ in taste; ours is that of
Debian 12, with another one the check is skipped."""
import pathlib
import re
import subprocess
import sys

VERSION = "14"
SKIPPED = 77


def main():
    source, formatter = sys.argv[1:]
    told = subprocess.run([formatter, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"version (\d+)", told).group(1)
    if version != VERSION:
        print(f"clang-format {version}, but the tree is formatted with {VERSION}")
        sys.exit(SKIPPED)
    files = sorted(path for folder in ("src", "tests") for path in pathlib.Path(source, folder).rglob("*.[ch]")
                   if "node_modules" not in path.parts)
    run = subprocess.run([formatter, "--dry-run", "--Werror", *files],
                         cwd=source, capture_output=True, text=True, check=False)
    for name in sorted({line.split(":", 1)[0] for line in run.stderr.splitlines() if ": error:" in line}):
        print(f"{name}: not formatted, run make format")
    sys.exit(run.returncode)


main()
