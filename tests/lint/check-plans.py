#!/usr/bin/env python3
"""The schema of plans is what the program prints, every example plan is valid against it, and the schema refuses what
the program refuses."""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

# what no plan can say
REFUSED = [
    {"naem": "a"}, {"name": 4}, {"seed": "4"}, {"seed": -1}, {"times": {"within": 10}}, {"times": {"within": "10"}},
    {"participants": []}, {"participants": [{"cuont": 4}]}, {"participants": [{"count": 0}]},
    {"participants": [{"publish": {"video": "large"}}]}, {"steps": [{"at": 10, "fault": "kill-media-node"}]},
    {"steps": [{"at": "1s", "fault": {"runn": "true"}}]}, {"expect": "failed == 0"}, {"resume": "later"},
    {"deployment": {"app": {"url": ""}}}, {"deployment": {"embedded": {"quirks": ["nothing"]}}},
]

# what becomes a number, or true and false, when the environment is known
TAKEN = [
    {"seed": "${N}"}, {"delete-dead-session": "${FLAG}"}, {"participants": [{"count": "${N}"}]},
    {"participants": [{"count": ["${N}", 2]}]}, {"participants": [{"publish": {"audio": "${FLAG}"}}]},
    {"participants": [{"publish": "${FLAG}"}]},
]


def check(source, program):
    path = source / "data/schema/plan.schema.json"
    wanted = subprocess.run([program, "run", "--plan-schema"], capture_output=True, text=True, check=True).stdout
    if path.read_text(encoding="utf-8") != wanted:
        yield f"{path} is not what rejoin run --plan-schema prints; write that into it"
    schema = json.loads(wanted)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    plans = sorted((source / "data/plans").glob("*.yaml"))
    if not plans:
        yield "there are no plans in data/plans"
    for plan in plans:
        for error in validator.iter_errors(yaml.safe_load(plan.read_text(encoding="utf-8"))):
            yield f"{plan}: {error.json_path}: {error.message}"
    for refused in REFUSED:
        if validator.is_valid(refused):
            yield f"the schema takes {refused}"
    for taken in TAKEN:
        for error in validator.iter_errors(taken):
            yield f"the schema refuses {taken}: {error.message}"


def main():
    problems = list(check(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]))
    print("\n".join(problems))
    print(f"{len(problems)} problems")
    sys.exit(bool(problems))


main()
