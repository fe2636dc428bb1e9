#!/usr/bin/env python3
"""The documents agree with the program: every option that they name exists, every option that exists is on
the man page, subcommands and faults too, every REJOIN_ variable belongs to an option, and no link is broken."""
import pathlib
import re
import subprocess
import sys

DOCUMENTS = ["README.md", "HACKING.md", "CONTRIBUTING.md", "NEWS.md", "data/man/rejoin.1.scd"]
# their options are not ours
OTHERS = re.compile(r"\b(meson|ninja|git|npm|docker|apt-get|clang-format)\b")


def ask(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def option_names(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]*[a-z])", text))


def defined_options(program, subcommand):
    text = ask(program, subcommand, "--help").split("\nOptions:\n", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^  --([a-z-]+)", text, re.MULTILINE))


def check_options(name, text, known):
    for number, line in enumerate(text.splitlines(), 1):
        if OTHERS.search(line) and "rejoin" not in line and "--fault" not in line:
            continue
        for option in sorted(option_names(line) - known):
            yield f"{name}:{number}: there is no option --{option}"
        for variable in re.findall(r"REJOIN_([A-Z][A-Z_]*[A-Z])", line.replace("\\_", "_")):
            if variable.lower().replace("_", "-") not in known:
                yield f"{name}:{number}: there is no option for REJOIN_{variable}"


def check_links(source, name, text):
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if "://" in target or target.startswith("#"):
                continue
            if not (source / name).parent.joinpath(target.split("#")[0]).exists():
                yield f"{name}:{number}: broken link {target}"


def check_man_page(program, text):
    plain = re.sub(r"[*_\\]", "", text)
    subcommands = re.findall(r"^  (\w+) {2,}", ask(program, "--help").split("\nSubcommands:\n")[1], re.MULTILINE)
    for subcommand in subcommands:
        if f"rejoin {subcommand}" not in plain:
            yield f"man page: no subcommand {subcommand}"
        # the doctor takes those of a run
        if subcommand != "doctor" and f"@{subcommand.upper()}OPTIONS@" not in plain:
            yield f"man page: no options of {subcommand}"
    steps = ask(program, "run", "--help").partition("\nFaults and other steps")[2].partition("\nNODE is")[0]
    faults = [word for line in re.findall(r"^  (\S.*?)(?:  |$)", steps, re.MULTILINE)
              for word in re.findall(r"(?:^|, )([a-z-]+)", line)]
    for fault in faults:
        if fault not in plain:
            yield f"man page: no fault {fault}"
    if not subcommands or not faults:
        yield "--help: no subcommands or no faults found"


def check(source, program):
    # --help and --version are everywhere
    known = {"help", "version"}.union(*(defined_options(program, s) for s in ("run", "cluster", "report")))
    for subcommand in ("run", "cluster", "report"):
        text = ask(program, subcommand, "--help")
        yield from check_options(f"{subcommand} --help", text, defined_options(program, subcommand) | {"help"})
    for name in DOCUMENTS:
        text = (source / name).read_text(encoding="utf-8")
        yield from check_options(name, text, known)
        yield from check_links(source, name, text)
    yield from check_man_page(program, (source / "data/man/rejoin.1.scd").read_text(encoding="utf-8"))


def main():
    problems = list(check(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]))
    print("\n".join(problems))
    print(f"{len(problems)} problems")
    sys.exit(bool(problems))


main()
