#!/usr/bin/python3
"""Looks at reports with the eyes of others: JSON schemas, an XML parser, and logs that were read back.

Called with the program report-sample and the folder of the schemas; speaks TAP."""

import copy
import csv
import datetime
import difflib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
import xml.etree.ElementTree as ElementTree

import junitparser
import lxml.etree
from jsonschema import Draft202012Validator

SAMPLE, SCHEMAS, HERE = sys.argv[1], sys.argv[2], os.path.dirname(os.path.abspath(__file__))
STORIES = {"demo": 0, "groups": 0, "failed": 1, "nobody": 4, "killed": 3}
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*arguments):
    return subprocess.run([SAMPLE, *arguments], capture_output=True, text=True, timeout=60)


def load(name):
    with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def get_events(story):
    return [json.loads(line) for line in run(story, "events").stdout.splitlines()]


def get_summary(story):
    return json.loads(run(story, "summary").stdout)


def complaints(validator, item):
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(item)]


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


def find(events, kind):
    return copy.deepcopy(next(event for event in events if event["type"] == kind))


# --- schemas ---


@test
def every_event_of_a_story_fits_the_schema():
    validator = load("event.schema.json")
    for story in STORIES:
        for event in get_events(story):
            found = complaints(validator, complete(event))
            expect(not found, story, event["type"], found)


def complete(event):
    """Stories are terse: what a real event has besides is not what is tested here."""
    data = event.get("data", {})
    defaults = {
        "peer-created": {"why": "join", "engine": "webrtcbin"},
        "participant-state": {"from": "idle"},
    }
    if event["type"] in defaults:
        event["data"] = {**defaults[event["type"]], **data}
    return event


@test
def the_event_schema_knows_every_type():
    header = os.path.join(HERE, "..", "..", "..", "src", "base", "rj-event-types.h")
    with open(header, encoding="utf-8") as file:
        types = set(re.findall(r'#define RJ_EVENT_\w+ +"([^"]+)"', file.read()))
    with open(os.path.join(SCHEMAS, "event.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    expect(set(schema["properties"]["type"]["enum"]) == types, "types differ")
    kinds = [rule["if"]["properties"]["type"] for rule in schema["allOf"]]
    ruled = {name for kind in kinds for name in kind.get("enum", [kind.get("const")])}
    expect(ruled == types, "types without a rule:", types - ruled)


@test
def wrong_events_do_not_fit():
    validator = load("event.schema.json")
    events = get_events("demo")

    def broken(kind, change):
        event = complete(find(events, kind))
        expect(not complaints(validator, event), "was wrong before:", kind)
        change(event)
        expect(complaints(validator, event), "accepted:", json.dumps(event))

    for member in ("v", "run", "host", "boot_id", "seq", "mono_us", "wall", "type", "source"):
        broken("run-started", lambda event, member=member: event.pop(member))
    broken("run-started", lambda event: event.update(type="run-begun"))
    broken("run-started", lambda event: event.update(v=2))
    broken("run-started", lambda event: event.update(colour="red"))
    broken("run-started", lambda event: event.update(wall="yesterday"))
    broken("run-started", lambda event: event.update(mono_us=1.5))
    broken("run-started", lambda event: event["data"].pop("participants"))
    broken("run-started", lambda event: event["data"]["participants"][0].pop("session"))
    broken("run-ended", lambda event: event["data"].update(reason="boredom"))
    broken("joined", lambda event: event.pop("participant"))
    broken("joined", lambda event: event.pop("attempt"))
    broken("joined", lambda event: event.update(attempt=0))
    broken("joined", lambda event: event["data"].update(others="3"))
    broken("offer-sent", lambda event: event.update(peer="watch:bot-1"))
    broken("first-key-frame", lambda event: event.pop("edge"))
    broken("detector-fired", lambda event: event["data"].update(detector="nose"))
    broken("peer-stats", lambda event: event["data"].update(frames=-1))
    broken("peer-stats", lambda event: event["data"].update(last_frame_us="now"))
    broken("peer-stats", lambda event: event["data"].pop("wrong_frames"))
    broken("fault-ended", lambda event: event["data"].update(ok="yes"))
    broken("node-crashed", lambda event: event.update(source="runner"))


@test
def every_summary_fits_the_schema():
    validator = load("summary.schema.json")
    for story, exit_code in STORIES.items():
        summary = get_summary(story)
        found = complaints(validator, summary)
        expect(not found, story, found)
        expect(summary["exit_code"] == exit_code, story, summary["exit_code"])


@test
def wrong_summaries_do_not_fit():
    validator = load("summary.schema.json")

    def broken(change):
        summary = get_summary("demo")
        change(summary)
        expect(complaints(validator, summary), "accepted:", change.__code__.co_firstlineno)

    rejoin = lambda summary: summary["participants"][0]["rejoins"][0]
    for member in ("schema", "version", "run", "verdict", "reason", "participants", "edges"):
        broken(lambda summary, member=member: summary.pop(member))
    broken(lambda summary: summary.update(version=2))
    broken(lambda summary: summary.update(runs=[]))
    broken(lambda summary: summary.update(series={}))
    broken(lambda summary: summary.update(schema="rejoin-summary-0"))
    broken(lambda summary: summary.update(verdict="fine"))
    broken(lambda summary: summary.update(exit_code=2))
    broken(lambda summary: summary.update(mood="good"))
    broken(lambda summary: rejoin(summary).pop("own_ms"))
    broken(lambda summary: rejoin(summary).update(token_ms="4"))
    broken(lambda summary: rejoin(summary).update(token_ms=None))
    broken(lambda summary: rejoin(summary).update(total_ms=-1))
    broken(lambda summary: rejoin(summary).update(tries=1.5))
    broken(lambda summary: rejoin(summary).update(last_edge="bot-1"))
    broken(lambda summary: rejoin(summary).update(back=False))
    broken(lambda summary: summary["edges"][0].update(down_at_end=None))
    broken(lambda summary: summary["edges"][0].update(outages_ms=[None]))
    broken(lambda summary: summary["edges"][0].pop("foreign"))


@test
def phases_of_a_summary_add_up_as_written():
    phases = ("detect wait token connect join publish subscribe ice dtls first_packet "
              "first_key_frame").split()
    for participant in get_summary("demo")["participants"]:
        for rejoin in participant["rejoins"]:
            total = sum(round(1000 * rejoin[phase + "_ms"]) for phase in phases)
            expect(total == round(1000 * rejoin["total_ms"]), participant["name"], total)
            parts = rejoin["detect_ms"] + rejoin["own_ms"] + rejoin["server_ms"]
            expect(abs(parts - rejoin["total_ms"]) < 0.001, parts)


# --- junit ---


def parse_junit(story):
    return ElementTree.fromstring(run(story, "junit").stdout.encode())


@test
def junit_has_one_case_per_participant():
    for story, counts in {"demo": (6, 0, 0), "failed": (3, 3, 0), "nobody": (2, 0, 2),
                          "killed": (6, 0, 6)}.items():
        suites = parse_junit(story)
        suite = suites[0]
        cases = suite.findall("testcase")
        expect(suites.tag == "testsuites" and suite.tag == "testsuite", suites.tag)
        found = (len(cases), len(suite.findall("testcase/failure")),
                 len(suite.findall("testcase/error")))
        expect(found == counts, story, found)
        for place in (suites, suite):
            said = tuple(int(place.get(name)) for name in ("tests", "failures", "errors"))
            expect(said == counts, story, said)


@test
def junit_failures_say_what_and_markup_is_text():
    failures = parse_junit("failed").findall(".//failure")
    expect(any("<html>" in failure.get("message") for failure in failures), "no <html>")
    expect(all(failure.text == failure.get("message") for failure in failures), "texts differ")


UNMET = ("rejoined == all", "outage.max < 1s", "outage.max < 1s in nowhere")


@test
def expectations_are_cases_too():
    suite = ElementTree.fromstring(run("demo", "junit", *UNMET).stdout.encode())[0]
    cases = {case.get("name"): case for case in suite.findall("testcase") if case.get("classname") == "expectations"}
    expect(list(cases) == list(UNMET), list(cases))
    found = [[child.tag for child in case] for case in cases.values()]
    expect(found == [[], ["failure"], ["error"]], found)
    expect([suite.get(n) for n in ("tests", "failures", "errors")] == ["9", "1", "1"], suite.attrib)


@test
def junit_is_valid_and_understood_by_others():
    schema = lxml.etree.XMLSchema(lxml.etree.parse(os.path.join(SCHEMAS, "junit.xsd")))
    for arguments in [(story,) for story in STORIES] + [("demo", *UNMET), ("failed", *UNMET)]:
        text = run(arguments[0], "junit", *arguments[1:]).stdout
        tree = lxml.etree.fromstring(text.encode())
        expect(schema.validate(tree), arguments, schema.error_log)
        read = junitparser.JUnitXml.fromstring(text.encode())
        cases = [case for suite in read for case in suite]
        kinds = [type(result).__name__ for case in cases for result in case.result]
        said = (read.tests, read.failures, read.errors)
        expect(said == (len(cases), kinds.count("Failure"), kinds.count("Error")), arguments, said, kinds)
    tree[0][-1].set("surprise", "yes")
    expect(not schema.validate(tree), "the schema takes anything")


# --- text ---


@test
def text_reports_are_as_they_were():
    for story in STORIES:
        with open(os.path.join(HERE, f"golden-{story}.txt"), encoding="utf-8") as file:
            golden = file.read()
        text = run(story, "text").stdout
        difference = "\n".join(difflib.unified_diff(golden.splitlines(), text.splitlines(),
                                                    lineterm=""))
        expect(golden == text, story, "\n" + difference)


@test
def text_reports_keep_to_100_columns():
    for story in STORIES:
        text = run(story, "text").stdout
        expect(max(map(len, text.splitlines())) <= 100, story)
        expect(not re.search(r"[ \t]\n|\n\n\n|\n\n$|\033", text), story, "blanks or colours")


@test
def colours_change_nothing_else():
    for story in STORIES:
        plain = re.sub(r"\033\[\d*m", "", run(story, "colour").stdout)
        expect(plain == run(story, "text").stdout, story)


# --- tables and metrics ---


def tell_with_name(name):
    """The demo's log with bot-1 under another name, as rendered"""
    with tempfile.TemporaryDirectory() as folder:
        text = run("demo", "events").stdout.replace('"bot-1', json.dumps(name)[:-1]).replace(":bot-1", ":" + json.dumps(name)[1:-1])
        path = write(folder, "events.jsonl", text)
        return {form: run("read", form, path) for form in ("csv", "markdown", "prometheus", "html")}


@test
def csv_has_a_line_for_each_edge():
    rows = list(csv.DictReader(io.StringIO(run("demo", "csv").stdout)))
    edges = get_summary("demo")["edges"]
    expect(len(rows) == len(edges), len(rows))
    for row, edge in zip(rows, edges):
        expect([row["session"], row["from"], row["to"]] == [edge["session"], edge["from"], edge["to"]], row)
        expect(int(row["frames"]) == edge["frames"] and int(row["outages"]) == len(edge["outages_ms"]), row)
        expect(row["longest_outage_ms"] == ("" if not edge["outages_ms"] else f"{max(edge['outages_ms']):.3f}"), row)


@test
def several_groups_are_named_wherever_participants_are_listed():
    text = run("groups", "text").stdout
    expect("6 participants (stage 2, guests 4)" in " ".join(text.split()), text)
    expect(re.search(r"bot-5 +guests +session room-b", text), text)
    expect([p["group"] for p in get_summary("groups")["participants"]] == ["stage"] * 2 + ["guests"] * 4)
    classes = [case.get("classname") for case in ElementTree.fromstring(run("groups", "junit").stdout).iter("testcase")]
    expect(classes == ["room-a.stage"] * 2 + ["room-a.guests"] * 2 + ["room-b.guests"] * 2, classes)
    rows = list(csv.DictReader(io.StringIO(run("groups", "csv").stdout)))
    expect({(r["from_group"], r["to_group"]) for r in rows if r["from"] == "bot-1"} ==
           {("stage", "stage"), ("stage", "guests")}, rows)
    expect("| ✅ bot-3 | guests | room-a |" in run("groups", "markdown").stdout)
    expect('participant="bot-1",group="stage"' in run("groups", "prometheus").stdout)


@test
def one_group_is_not_mentioned():
    expect("group" not in run("demo", "text").stdout + run("demo", "markdown").stdout + run("demo", "prometheus").stdout)
    expect(all(p["group"] is None for p in get_summary("demo")["participants"]))
    expect({r["from_group"] for r in csv.DictReader(io.StringIO(run("demo", "csv").stdout))} == {""})


@test
def names_of_others_are_harmless_everywhere():
    hostile = '=1+"2",|<script>*x*_'
    told = tell_with_name(hostile)
    names = {row["from"] for row in csv.DictReader(io.StringIO(told["csv"].stdout))}
    expect("'" + hostile in names, names)
    expect("<script>" not in told["markdown"].stdout, told["markdown"].stdout)
    expect("\\|&lt;script\\>\\*x\\*" in told["markdown"].stdout, told["markdown"].stdout)
    expect('participant="=1+\\"2\\",|<script>*x*_"' in told["prometheus"].stdout, told["prometheus"].stdout)
    expect("|<script>" not in told["html"].stdout)
    expect("|\\u003cscript>" in told["html"].stdout)


@test
def metrics_are_well_formed():
    line = re.compile(r'^[a-z_]+(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})? -?[0-9.e+-]+$')
    for story in STORIES:
        declared = set()
        for text in run(story, "prometheus").stdout.splitlines():
            if text.startswith("# TYPE "):
                expect(text.split()[2] not in declared, "twice:", text)
                declared.add(text.split()[2])
            elif not text.startswith("# HELP "):
                expect(line.match(text), text)
                name = re.match("[a-z_]+", text).group(0)
                expect(name in declared or re.sub("_(sum|count)$", "", name) in declared, text)
    text = run("demo", "prometheus").stdout
    expect('rejoin_verdict{verdict="passed"} 1' in text and "rejoin_outage_seconds_count 12" in text, text)
    expect('rejoin_verdict{verdict="failed"} 1' in run("failed", "prometheus").stdout)


@test
def markdown_says_the_verdict_and_who():
    text = run("failed", "markdown").stdout
    expect("❌ failed" in text and "❌ cleo" in text, text)
    expect("✅ passed" in run("demo", "markdown").stdout)
    expect("nothing tested" in run("nobody", "markdown").stdout)


# --- logs ---


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


@test
def a_log_read_back_gives_the_same_reports():
    with tempfile.TemporaryDirectory() as folder:
        for story, exit_code in STORIES.items():
            path = write(folder, "events.jsonl", run(story, "events").stdout)
            for form in ("text", "summary", "junit", "html", "markdown", "csv", "prometheus"):
                again = run("read", form, path)
                expect(again.returncode == exit_code, story, again.returncode, again.stderr)
                expect(again.stdout == run(story, form).stdout, story, form)


@test
def a_torn_last_line_is_left_out_and_said():
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, "events.jsonl", run("killed", "events").stdout + '{"v":1,"run":"ru')
        report = run("read", "text", path)
        expect(report.returncode == 3, report.returncode, report.stderr)
        expect("The event log ends without run-ended." in report.stdout)
        expect("the last line is torn" in report.stdout.replace("\n    ", " "), report.stdout)


@test
def bad_lines_are_named():
    lines = run("demo", "events").stdout.splitlines(keepends=True)
    newer = lines[3].replace('"v":1', '"v":2')
    cases = {
        "".join(lines[:3]) + "what?\n" + "".join(lines[3:]): ":4: not JSON",
        "".join(lines[:3]) + "[]\n": ":4: not a JSON object",
        "".join(lines[:3]) + '{"type":"joined"}\n': ':4: member "mono_us" is missing',
        "".join(lines[:3]) + newer: ":4: written by a newer version",
        "what": ":1: not JSON",
        "": "the event log is empty",
        "\n\n": "the event log is empty",
    }
    with tempfile.TemporaryDirectory() as folder:
        for text, words in cases.items():
            path = write(folder, "events.jsonl", text)
            report = run("read", "text", path)
            expect(report.returncode == 2, words, report.returncode)
            expect(path in report.stderr and words in report.stderr, report.stderr)
            expect(";" in report.stderr, "no remedy:", report.stderr)
        missing = run("read", "text", os.path.join(folder, "none.jsonl"))
        expect(missing.returncode == 2 and "none.jsonl" in missing.stderr, missing.stderr)


def move_clock(event, shift_us):
    event["boot_id"], event["host"] = "another-boot", "another-host"
    event["mono_us"] += shift_us
    for name, value in event.get("data", {}).items():
        if name.endswith("_us") and value > 0:
            event["data"][name] = value + shift_us


@test
def a_log_with_a_hole_proves_nothing():
    lines = [json.dumps(event) + "\n" for event in get_events("demo")]
    with tempfile.TemporaryDirectory() as folder:
        def judge(kept):
            return json.loads(run("read", "summary", write(folder, "events.jsonl", "".join(kept))).stdout)
        expect(judge(lines)["verdict"] == "passed", "a whole log")
        expect(judge(reversed(lines))["reason"] == judge(lines)["reason"], "lines in any order")
        for name, kept, word in (
                ("a hole", lines[:50] + lines[53:], "log-incomplete"),
                ("the first line", lines[1:], "log-without-start"),
                ("the first lines but the first", lines[:1] + lines[4:], "log-incomplete"),
                ("the last line", lines[:-1], "log-without-end")):
            summary = judge(kept)
            expect(summary["reason_word"] == word and summary["exit_code"] == 3, name, summary["reason"])
        expect("3 of its events are missing" in judge(lines[:50] + lines[53:])["reason"], "how many")


@test
def logs_of_two_machines_are_merged_by_their_wall_clocks():
    events = get_events("demo")
    expected = get_summary("demo")
    here, there = [], []
    for event in events:
        if event.get("participant") in ("bot-2", "bot-6"):
            move_clock(event, 77_000_000_000)
            there.append(event)
        else:
            here.append(event)
    for part in (here, there):  # each log counts its own events
        for number, event in enumerate(part):
            event["seq"] = number
    with tempfile.TemporaryDirectory() as folder:
        paths = [write(folder, name, "".join(json.dumps(event) + "\n" for event in part))
                 for name, part in (("here.jsonl", here), ("there.jsonl", there))]
        report = run("read", "summary", *paths)
    merged = json.loads(report.stdout)
    for name in ("verdict", "reason", "edges", "participants"):
        expect(merged[name] == expected[name], name, merged[name], expected[name])


def split(events, there, shift_us=77_000_000_000, wall_s=0):
    """The logs of two machines: of @there, whose clocks differ, and of the others. Both tell of the run's start,
    each with its own participants."""
    parts = [], []
    for event in copy.deepcopy(events):
        if event["type"] in ("run-started", "run-ended"):
            parts[0].append(copy.deepcopy(event))
            if event["type"] == "run-started":
                parts[0][-1]["data"]["participants"] = [
                    p for p in event["data"]["participants"] if p["name"] not in there]
                event["data"]["participants"] = [p for p in event["data"]["participants"] if p["name"] in there]
            move_clock(event, shift_us)
            parts[1].append(event)
        elif event.get("participant") in there:
            move_clock(event, shift_us)
            parts[1].append(event)
        else:
            parts[0].append(event)
    for part in parts:
        for number, event in enumerate(part):
            event["seq"] = number
    for event in parts[1]:
        wall = datetime.datetime.strptime(event["wall"], "%Y-%m-%dT%H:%M:%S.%fZ")
        event["wall"] = (wall + datetime.timedelta(seconds=wall_s)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return ["".join(json.dumps(event) + "\n" for event in part) for part in parts]


def read_texts(form, *texts):
    with tempfile.TemporaryDirectory() as folder:
        return run("read", form, *[write(folder, f"{i}.jsonl", text) for i, text in enumerate(texts)])


def numbers(item):
    if isinstance(item, dict):
        return [n for key, value in item.items() if key != "clocks" for n in numbers(value)]
    if isinstance(item, list):
        return [n for value in item for n in numbers(value)]
    return [item] if isinstance(item, (int, float)) else []


@test
def a_clock_that_is_3_s_wrong_is_found_out_and_moved():
    expected = get_summary("demo")
    for wall_s in (3, -3):
        for order in (1, -1):
            report = read_texts("summary", *split(get_events("demo"), ("bot-2", "bot-6"), wall_s=wall_s)[::order])
            merged = json.loads(report.stdout)
            found = complaints(load("summary.schema.json"), merged)
            expect(not found, found)
            clock = merged["clocks"][0]
            low, high = clock["error_low_ms"], clock["error_high_ms"]
            # the machine of the first log is taken for right
            wrong_ms = 1000 * wall_s * order
            expect(low - 0.01 <= wrong_ms + clock["correction_ms"] <= high + 0.01, wall_s, clock)
            expect(low < 0 < high and high - low < 200 and clock["seen_by_both"] > 4, clock)
            expect(all(number >= 0 for number in numbers(merged)), "negative times")
            expect(merged["verdict"] == "passed", merged["reason"])
            for edge, other in zip(merged["edges"], expected["edges"]):
                expect(edge["outages_ms"] == other["outages_ms"], edge)
            text = read_texts("text", *split(get_events("demo"), ("bot-2", "bot-6"), wall_s=wall_s)[::order]).stdout
            expect("its wall clock was wrong, it was moved by" in text, text)


@test
def clocks_that_agree_are_left_alone_and_bounded():
    merged = json.loads(read_texts("summary", *split(get_events("demo"), ("bot-2", "bot-6"))).stdout)
    clock = merged["clocks"][0]
    expect(clock["correction_ms"] == 0 and clock["error_low_ms"] < 0 < clock["error_high_ms"], clock)
    expect(clock["host"] == "another-host" and not clock["contradictory"], clock)
    # machines that share no session saw nothing of each other
    merged = json.loads(read_texts("summary", *split(get_events("demo"), ("bot-5", "bot-6"), wall_s=3)).stdout)
    clock = merged["clocks"][0]
    expect((clock["correction_ms"], clock["error_low_ms"], clock["error_high_ms"]) == (0, None, None), clock)
    expect(not get_summary("demo")["clocks"], "clocks of a single machine")


@test
def clocks_that_contradict_themselves_are_told():
    here, there = split(get_events("demo"), ("bot-2", "bot-6"))
    lines = [json.loads(line) for line in there.splitlines()]
    for line in lines:  # what it hears goes back, what it says goes on: no clock explains both
        if line["type"] == "remote-published":
            line["mono_us"] -= 3_000_000
        if line["type"] == "offer-sent" and line["peer"] == "publish":
            line["mono_us"] += 3_000_000
    merged = read_texts("summary", here, "".join(json.dumps(line) + "\n" for line in lines))
    summary = json.loads(merged.stdout)
    expect(summary["clocks"][0]["contradictory"], summary["clocks"])
    found = complaints(load("summary.schema.json"), summary)
    expect(not found, found)


@test
def what_is_from_before_the_run_is_told():
    lines = get_events("demo")
    lines[0]["mono_us"] += 200_000
    summary = json.loads(read_texts("summary", "".join(json.dumps(line) + "\n" for line in lines)).stdout)
    expect(any("from before the start of the run" in text for text in summary["warnings"]), summary["warnings"])
    found = complaints(load("summary.schema.json"), summary)
    expect(not found, found)


@test
def the_same_log_twice_counts_once():
    log = run("demo", "events").stdout
    for second in (log, "".join(log.splitlines(keepends=True)[:100])):
        merged = json.loads(read_texts("summary", log, second).stdout)
        expect("series" not in merged, "two runs")
        n = len(second.splitlines())
        expect(any(f"{n} of its {n} events stand in a log before" in text for text in merged["warnings"]), merged["warnings"])
        for name in ("verdict", "edges", "participants", "statistics", "faults", "clocks"):
            expect(merged[name] == get_summary("demo")[name], name)


@test
def a_shard_that_broke_off_makes_the_run_inconclusive():
    here, there = split(get_events("demo"), ("bot-2", "bot-6"))
    for cut in (len(there) // 2, there.index("\n", len(there) // 2) + 1):  # in a line, and between two
        for texts in ((here, there[:cut]), (there[:cut], here)):
            report = read_texts("summary", *texts)
            summary = json.loads(report.stdout)
            expect(report.returncode == 3 and summary["reason_word"] == "log-without-end", summary["reason"])
            torn = any("the last line is torn" in text for text in summary["warnings"])
            expect(torn == (there[cut - 1] != "\n"), summary["warnings"])
            expect(len(summary["participants"]) == 6, "participants")


def number_shards(texts, of=None):
    """As --shard writes them"""
    numbered = []
    names = sorted(p["name"] for text in texts for p in json.loads(text.splitlines()[0])["data"]["participants"])
    for number, text in enumerate(texts, 1):
        lines = [json.loads(line) for line in text.splitlines()]
        lines[0]["data"]["shard"] = {"number": number, "of": of or len(texts)}
        for participant in lines[0]["data"]["participants"]:
            participant["number"] = names.index(participant["name"]) + 1
        numbered.append("".join(json.dumps(line) + "\n" for line in lines))
    return numbered


@test
def all_shards_make_a_run():
    shards = number_shards(split(get_events("demo"), ("bot-2", "bot-6"), wall_s=3))
    for texts in (shards, shards[::-1]):
        summary = json.loads(read_texts("summary", *texts).stdout)
        expect(summary["verdict"] == get_summary("demo")["verdict"] == "passed", summary["reason"])
        expect(summary["clocks"][0]["error_low_ms"] < 0 < summary["clocks"][0]["error_high_ms"], summary["clocks"])
        expect(not any("this is shard" in text for text in summary["warnings"]), summary["warnings"])
        names = [p["name"] for p in summary["participants"]]
        expect(names == [p["name"] for p in get_summary("demo")["participants"]], names)
    # who failed in one of them fails the run, whichever log that is
    failed = get_summary("failed")
    names = [p["name"] for p in failed["participants"] if p["problem"]]
    expect(failed["verdict"] == "failed" and names, failed["reason"])
    texts = number_shards(split(get_events("failed"), names[:1]))
    for order in (texts, texts[::-1]):
        summary = json.loads(read_texts("summary", *order).stdout)
        expect((summary["verdict"], summary["reason"]) == ("failed", failed["reason"]), summary["reason"])


@test
def a_shard_that_is_missing_makes_the_run_inconclusive():
    shards = number_shards(split(get_events("demo"), ("bot-2", "bot-6")))
    of_three = number_shards(split(get_events("demo"), ("bot-2", "bot-6")), of=3)
    for texts, missing in ((shards[:1], "shard 2 of 2"), (shards[1:], "shard 1 of 2"), (of_three, "shard 3 of 3")):
        report = read_texts("summary", *texts)
        summary = json.loads(report.stdout)
        expect(report.returncode == 3 and summary["reason_word"] == "shard-missing", summary["reason"])
        expect(f"the log of {missing} is missing" in summary["reason"], summary["reason"])
        found = complaints(load("summary.schema.json"), summary)
        expect(not found, found)
    junit = read_texts("junit", shards[0]).stdout
    expect(int(lxml.etree.fromstring(junit.encode()).get("errors")) > 0, junit)


@test
def one_bad_log_among_good_ones_is_named():
    log = run("demo", "events").stdout
    for bad, words in {"": "1.jsonl:0: the event log is empty", "what?": "1.jsonl:1: not JSON", "[1]\n": "1.jsonl:1: not a JSON object"}.items():
        report = read_texts("summary", log, bad)
        expect(report.returncode == 2 and words in report.stderr, report.stderr)
    report = read_texts("summary", '{"v":1,"run":"r')
    expect(report.returncode == 3 and json.loads(report.stdout)["reason_word"] == "log-without-start", report.stdout)


# --- series ---


def name_run(text, name, number=None, of=None):
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        line["run"] = name
        if number is not None and line["type"] == "run-started":
            line["data"]["series"] = {"id": "run-a", "number": number, "of": of}
    return "".join(json.dumps(line) + "\n" for line in lines)


def tell_series(stories, of=None):
    """One log with all runs, one after the other, as --repeat writes it"""
    of = of or len(stories)
    return "".join(name_run(run(story, "events").stdout, f"run-{chr(97 + i)}", i + 1, of)
                   for i, story in enumerate(stories))


@test
def a_series_is_summed_up():
    log = tell_series(["demo", "demo", "failed", "killed"])
    report = read_texts("summary", log)
    summary = json.loads(report.stdout)
    found = complaints(load("summary.schema.json"), summary)
    expect(not found, found)
    expect(report.returncode == 1 and summary["verdict"] == "failed" and summary["exit_code"] == 1, summary["verdict"])
    series = summary["series"]
    expect((series["wanted"], series["made"], series["passed"], series["failed"], series["inconclusive"]) == (4, 4, 2, 1, 1), series)
    expect(series["worst"] == 2 and abs(series["success"] - 2 / 3) < 1e-3, series)
    expect(abs(series["success_low"] - 0.2077) < 1e-3 and abs(series["success_high"] - 0.9385) < 1e-3, series)
    expect([one["verdict"] for one in summary["runs"]] == ["passed", "passed", "failed", "inconclusive"], "runs")
    expect([one["repetition"]["number"] for one in summary["runs"]] == [1, 2, 3, 4], "numbers")
    count = sum(one["statistics"]["outage"]["count"] for one in summary["runs"])
    expect(summary["statistics"]["outage"]["count"] == count > 24, summary["statistics"])
    expect(summary["runs"][0]["edges"] == get_summary("demo")["edges"], "edges")


@test
def logs_of_different_runs_are_a_series():
    one, two = name_run(run("demo", "events").stdout, "a"), name_run(run("demo", "events").stdout, "b")
    summary = json.loads(read_texts("summary", one, two).stdout)
    expect(summary["verdict"] == "passed" and summary["series"]["made"] == summary["series"]["wanted"] == 2, summary["series"])
    # and shards of the runs of a series find each other
    texts = split(get_events("demo"), ("bot-2", "bot-6"))
    shards = ["".join(name_run(text, name) for name in ("a", "b")) for text in texts]
    summary = json.loads(read_texts("summary", *shards).stdout)
    expect([one["run"] for one in summary["runs"]] == ["a", "b"], summary["series"])
    for one in summary["runs"]:
        expect(one["edges"] == get_summary("demo")["edges"] and len(one["clocks"]) == 1, one["clocks"])


@test
def a_series_that_broke_off_does_not_pass():
    schema = lxml.etree.XMLSchema(lxml.etree.parse(os.path.join(SCHEMAS, "junit.xsd")))
    for stories, exit_code in ((["demo", "demo"], 3), (["demo", "failed"], 1), (["demo"], 3)):
        log = tell_series(stories, of=5)
        summary = json.loads(read_texts("summary", log).stdout)
        found = complaints(load("summary.schema.json"), summary)
        expect(not found, found)
        expect(summary["exit_code"] == exit_code and f"{5 - len(stories)} not made" in summary["reason"], summary["reason"])
        junit = lxml.etree.fromstring(read_texts("junit", log).stdout.encode())
        expect(schema.validate(junit), schema.error_log)
        expect(junit[-1].get("name") == "series" and int(junit.get("errors")) > 0, junit.attrib)
    half = tell_series(["demo", "demo"])
    report = read_texts("summary", half[:len(half) * 3 // 4])
    expect(report.returncode == 3 and json.loads(report.stdout)["series"]["inconclusive"] == 1, report.stdout)


@test
def every_report_of_a_series():
    log = tell_series(["demo", "failed", "nobody", "killed"])
    schema = lxml.etree.XMLSchema(lxml.etree.parse(os.path.join(SCHEMAS, "junit.xsd")))
    text = read_texts("text", log).stdout
    expect(text.startswith("FAILED: 1 of 4 runs passed, 1 failed, 1 inconclusive, 1 could test nothing."), text[:200])
    expect("Success rate 50.0 % (1 of 2); 95 % confidence interval: 9.5 to 90.5 %." in text, text[:600])
    expect("The worst run: run-b" in text and max(map(len, text.splitlines())) <= 100, text)
    junit = read_texts("junit", log).stdout
    tree = lxml.etree.fromstring(junit.encode())
    expect(schema.validate(tree), schema.error_log)
    read = junitparser.JUnitXml.fromstring(junit.encode())
    cases = [case for suite in read for case in suite]
    kinds = [type(result).__name__ for case in cases for result in case.result]
    expect((len(list(read)), read.tests, read.failures, read.errors)
           == (4, len(cases), kinds.count("Failure"), kinds.count("Error")), kinds)
    rows = list(csv.DictReader(io.StringIO(read_texts("csv", log).stdout)))
    expect({row["run"] for row in rows} == {"run-a", "run-b", "run-d"}, "runs of the edges")
    metrics = read_texts("prometheus", log).stdout
    expect('rejoin_runs{verdict="passed"} 1' in metrics and "rejoin_success_ratio 0.5" in metrics, metrics)
    names = [line.split(" ")[0] for line in metrics.splitlines() if not line.startswith("#")]
    expect(len(names) == len(set(names)), "a metric twice")
    markdown = read_texts("markdown", log).stdout
    expect("Success rate 50.0 % (1 of 2; 95 % confidence: 9.5 to 90.5 %)" in markdown and "#### The worst run" in markdown, markdown)
    page = read_texts("html", log).stdout
    expect('"worst": 1' in page and page.count('"participants": [') == 4, "page")


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        try:
            function()
            print(f"ok {number} {function.__name__}")
        except Exception:  # a test that breaks is a test that fails
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} {function.__name__}")
    return 1 if failed else 0


sys.exit(main())
