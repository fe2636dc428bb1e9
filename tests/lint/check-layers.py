#!/usr/bin/env python3
"""Proves that the layers cannot be mixed: for each pair of layers, a file of the one includes a header of
the other with the one's own compiler flags. It must compile exactly where the drawing in HACKING.md allows
it, so the check fails in both directions: a leak, and a missing path."""
import json
import pathlib
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

# layer -> layers that it may include, itself and what follows from them left out
MAY = {
    "base": [],
    "protocol": ["base"],
    "transport": ["base"],
    "signalling": ["protocol"],
    "media": ["base"],
    "measure": ["base"],
    "session": ["signalling", "media"],
    "report": ["measure"],
    "fleet": ["session", "measure"],
    "server": ["protocol"],
    "node": ["protocol", "transport"],
    "cluster": ["base"],
}


def closure(layer):
    reached = {layer}
    for lower in MAY[layer]:
        reached |= closure(lower)
    return reached


def flags_of(database, source, layer):
    """The flags of any file of the layer, without input and output."""
    for entry in database:
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.parent == source / "src" / layer:
            words = shlex.split(entry["command"])
            flags = []
            skip = False
            for word in words[1:]:
                if skip:
                    skip = False
                elif word in ("-o", "-MF", "-MQ", "-MT"):
                    skip = True
                elif word not in ("-c", "-MD", "-MMD") and not word.endswith(".c"):
                    flags.append(word)
            return words[0], flags, entry["directory"]
    sys.exit(f"no file of the layer {layer} is compiled")


def header_of(source, layer):
    """A header whose name no other layer has."""
    return sorted(p.name for p in (source / "src" / layer).glob("rj-*.h"))[0]


def compiles(database, source, user, used):
    compiler, flags, directory = flags_of(database, source, user)
    text = f'#include "{header_of(source, used)}"\nint rj_probe;\n'
    run = subprocess.run(
        [compiler, *flags, "-fsyntax-only", "-x", "c", "-"],
        input=text, text=True, cwd=directory, capture_output=True, check=False)
    missing = "No such file or directory" in run.stderr
    if run.returncode != 0 and not missing:
        sys.exit(f"{used} in {user}: fails for another reason:\n{run.stderr}")
    return run.returncode == 0


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    database = json.loads(pathlib.Path(sys.argv[2], "compile_commands.json").read_text())
    pairs = [(user, used) for user in MAY for used in MAY if user != used]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda pair: compiles(database, source, *pair), pairs))
    failures = 0
    print(f"1..{len(pairs)}")
    for number, ((user, used), found) in enumerate(zip(pairs, results), 1):
        wanted = used in closure(user)
        ok = found == wanted
        failures += not ok
        verb = "may" if wanted else "may not"
        print(f"{'ok' if ok else 'not ok'} {number} - {user} {verb} include {used}")
    sys.exit(failures > 0)


main()
