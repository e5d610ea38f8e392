#!/usr/bin/env python3
"""Compares what coselog.sh got with the log itself and with the published figures, and prints them as one JSON line.

usage: coselog_figures.py WORK: WORK holds receipt.csv, for each of csv and xes NAME.json (what `rasti import --json`
printed), NAME.deadlines.csv and NAME.histories.json (`rasti history --json` of every case, one after the other), and
again.json (the import of the XES file over what the CSV file gave).
"""

import csv
import datetime
import json
import pathlib
import sys

EXPECTED = {
    "cases": 1434,
    "events": 8577,
    "closed_late": 377,
    "closed": 1329,
    "open": 105,
    "cases_with_later_events": 145,
    "csv_equals_xes": True,
}
# What depends on when and in which order cases were recorded, and not on what happened in them.
OF_THE_RECORDING = ("recorded_at", "sequence", "prev_hash", "hash")


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def histories_in(path):
    """By the name of the case in the log: its events, without what is of the recording."""
    text = path.read_text()
    decoder = json.JSONDecoder()
    histories = {}
    at = 0
    while at < len(text):
        history, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        events = [{key: value for key, value in event.items() if key not in OF_THE_RECORDING}
                  for event in history["events"]]
        histories[events[0]["data"]["form"]["source_id"]] = events
    return histories


def rows_in_history(events):
    """What the history says of the log's rows: activity, resource, and when it happened by the log's account."""
    for event in events:
        data = event["data"]
        if "/event/" not in event["command_id"] or event["type"] not in ("action_taken", "stage_entered"):
            continue
        fields = data["fields"] if isinstance(data["fields"], dict) else json.loads(data["fields"] or "{}")
        yield (fields.get("activity", "Confirmation of receipt"), fields.get("resource", ""),
               instant(fields.get("at", event["occurred_at"])))


def rows_in_table(path):
    rows = {}
    with path.open(newline="") as table:
        for row in csv.DictReader(table):
            rows.setdefault(row["case:concept:name"], []).append(row)
    return rows


def has_later_events(events):
    closed = [n for n, event in enumerate(events) if event["type"] == "case_closed"]
    return bool(closed) and any(event["type"] == "action_taken" for event in events[closed[0]:])


def differences(table, histories, standings):
    for name in sorted(set(table) ^ set(histories)):
        yield f"{name}: only in the {'table' if name in table else 'log of the engine'}"
    for name, rows in table.items():
        wanted = sorted((row["concept:name"], row["org:resource"], instant(row["time:timestamp"])) for row in rows)
        if sorted(rows_in_history(histories.get(name, []))) != wanted:
            yield f"{name}: its history does not hold the {len(wanted)} rows of the table"
        end, due = rows[0]["case:enddate"], rows[0]["case:deadline"]
        late = bool(end) and instant(end) > instant(due)
        standing = standings.get(name, "")
        right = standing == ("closed_late" if late else "closed_on_time") if end else standing.startswith("open")
        if not right:
            yield f"{name}: '{standing}', but it ended {end or 'never'} and was due {due}"


def main(work):
    work = pathlib.Path(work)
    histories = {kind: histories_in(work / f"{kind}.histories.json") for kind in ("csv", "xes")}
    with (work / "csv.deadlines.csv").open(newline="") as deadlines:
        standings = {row["source_id"]: row["standing"] for row in csv.DictReader(deadlines)}
    found = histories["csv"]
    counted = list(standings.values())
    figures = {
        "cases": len(found),
        "events": sum(len(list(rows_in_history(events))) for events in found.values()),
        "closed_late": counted.count("closed_late"),
        "closed": sum(one.startswith("closed") for one in counted),
        "open": sum(one.startswith("open") for one in counted),
        "cases_with_later_events": sum(has_later_events(events) for events in found.values()),
        "csv_equals_xes": found == histories["xes"],
    }
    wrong = [f"{name}: {figures[name]}, {wanted} is expected"
             for name, wanted in EXPECTED.items() if figures[name] != wanted]
    wrong += differences(rows_in_table(work / "receipt.csv"), found, standings)
    again = json.loads((work / "again.json").read_text())
    if again["events"] != 0 or again["rejected"] != 0:
        wrong.append(f"the XES file over the CSV file added {again['events']} events, {again['rejected']} were rejected")
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    print(json.dumps(figures))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
