#!/usr/bin/env python3
"""Completes words with the shells themselves."""
import os
import pathlib
import subprocess
import sys

# what stands on the line -> some of what must be offered, and what must not
CASES = {
    ("rejoin", ""): ({"run", "cluster", "report"}, {"--junit"}),
    ("rejoin", "cl"): ({"cluster"}, {"run"}),
    ("rejoin", "run", "--ju"): ({"--junit"}, {"--json", "run"}),
    ("rejoin", "run", "--resume", ""): ({"auto", "never"}, {"--junit"}),
    ("rejoin", "run", "data/plans/"): ({"data/plans/deployment.yaml"}, {"--json"}),
    ("rejoin", "doctor", "data/plans/m"): ({"data/plans/master-crash.yaml"}, {"data/plans/deployment.yaml"}),
    ("rejoin", "report", "--"): ({"--html", "--expect"}, {"--fault"}),
}


def bash(file, words):
    script = (f"source {file}; COMP_WORDS=({' '.join(repr(w) for w in words)}); COMP_CWORD={len(words) - 1}; _rejoin; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    return subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True).stdout.split()


def fish(file, words):
    done = subprocess.run(["fish", "--no-config", "-c", f"source {file}; complete -C '{' '.join(words)}'"],
                          capture_output=True, text=True, check=True)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def main():
    bash_file, zsh_file, fish_file = (pathlib.Path(name).resolve() for name in sys.argv[1:])
    os.chdir(pathlib.Path(__file__).parents[2])
    problems = 0
    for words, (wanted, unwanted) in CASES.items():
        for ask, file in ((bash, bash_file), (fish, fish_file)):
            offered = set(ask(file, words))
            if not wanted <= offered or unwanted & offered:
                print(f"{ask.__name__}: {' '.join(words)}: {sorted(offered)}")
                problems += 1
    # what zsh would say on a terminal cannot be asked for without one; that it can be read can
    problems += subprocess.run(["zsh", "-n", zsh_file], check=False).returncode != 0
    print(f"{problems} problems")
    sys.exit(bool(problems))


main()
