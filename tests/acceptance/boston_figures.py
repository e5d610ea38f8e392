#!/usr/bin/env python3
"""Compares what boston.sh got with the figures that must come out, and prints them as one JSON line.

usage: boston_figures.py WORK RULES.csv: WORK holds target.json and computed.json (what `rasti import --json` printed)
and deadlines.csv (from `rasti deadlines`); RULES.csv says for each type how many deadlines must agree.
"""

import collections
import csv
import datetime
import json
import pathlib
import sys

EXPECTED = {
    "closed_on_time": 60054,
    "closed_late": 19154,
    "open_overdue": 11445,
    "open_in_time": 3501,
    "no_deadline": 26991,
    "computed_within_5_min": 90283,
    "with_target": 94154,
}
STANDINGS = ("closed_on_time", "closed_late", "open_overdue", "open_in_time", "no_deadline")
NEAR = datetime.timedelta(minutes=5)


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def count_by_type(deadlines):
    """Of each type: cases with a deadline of the city's, and those whose computed one lies within five minutes."""
    with_target = collections.Counter()
    near = collections.Counter()
    for row in csv.DictReader(deadlines):
        if not row["city_target"]:
            continue
        with_target[row["category"]] += 1
        if row["due_at"] and abs(instant(row["due_at"]) - instant(row["city_target"])) <= NEAR:
            near[row["category"]] += 1
    return with_target, near


def differing_types(rules, with_target, near):
    listed = set()
    for rule in csv.DictReader(rules):
        kind = rule["type"]
        listed.add(kind)
        wanted = (int(rule["cases_with_target"]), int(rule["within_5_min"]))
        got = (with_target[kind], near[kind])
        if got != wanted:
            yield f"{kind}: {got[1]} of {got[0]} within five minutes, {wanted[1]} of {wanted[0]} are expected"
    for kind in sorted(set(with_target) - listed):
        yield f"{kind}: {with_target[kind]} cases with a deadline of a type that has no line in the rules"


def main(work, rules_path):
    work = pathlib.Path(work)
    imports = {name: json.loads((work / f"{name}.json").read_text()) for name in ("target", "computed")}
    with (work / "deadlines.csv").open(newline="") as deadlines:
        with_target, near = count_by_type(deadlines)
    figures = {name: imports["target"][name] for name in STANDINGS}
    figures["computed_within_5_min"] = sum(near.values())
    figures["with_target"] = sum(with_target.values())

    wrong = [f"{name}: {figures[name]}, {wanted} is expected"
             for name, wanted in EXPECTED.items() if figures[name] != wanted]
    with open(rules_path, newline="") as rules:
        wrong += differing_types(rules, with_target, near)
    for line in wrong:
        print(line, file=sys.stderr)
    slower = max(imports.values(), key=lambda one: one["seconds"])
    figures["events"] = slower["events"]
    figures["seconds"] = slower["seconds"]
    print(json.dumps(figures))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
