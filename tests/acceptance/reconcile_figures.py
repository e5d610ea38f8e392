#!/usr/bin/env python3
"""Folds events (JSON lines of `rasti export --events`) into figures and compares those of `rasti stats --json` with them.

    reconcile_figures.py EVENTS ZONE_FILE STATS...

ZONE_FILE is the TZif file of the zone whose months are meant. The last line is {figures_compared, differences}.
Standard library only; knows the events' meaning, nothing of how the views keep their figures.
"""

import collections
import datetime
import json
import sys
import zoneinfo

COUNTED = {
    "case_submitted": "submitted",
    "response_sent": "responses",
    "case_closed": "closed",
    "case_withdrawn": "withdrawn",
    "case_merged": "merged",
    "case_reopened": "reopened",
    "case_escalated": "escalations",
}
ENDS = {"case_withdrawn", "case_merged"}
# Cases that the engine leads for itself: they number others'.
REGISTER = "register"


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def month_of(at, zone):
    return at.astimezone(zone).strftime("%Y-%m")


class Case:
    """One case as its events tell it."""

    def __init__(self):
        self.counts = True
        self.open = False
        self.responses = 0
        self.rated = None  # (month, score): the last one
        self.tenant = self.workflow = self.category = self.channel = None
        self.reached = None
        self.stands_still = False  # historic and not live
        self.known_until = None
        self.stopped = None  # (month, group, instant)

    def group(self):
        return (self.tenant, self.workflow, self.category, self.channel)


class Fold:
    def __init__(self, zone):
        self.zone = zone
        self.figures = collections.Counter()  # (month, group, name) -> number
        self.changes = collections.defaultdict(lambda: [0, 0])  # (month, group) -> open cases, seconds
        self.stops = collections.defaultdict(lambda: [0, 0])  # likewise of those whose time stands still

    def add(self, month, group, name, number=1):
        self.figures[month, group, name] += number

    def open_change(self, month, case, group, sign):
        change = self.changes[month, group]
        change[0] += sign
        change[1] += sign * int(case.reached.timestamp() // 1)

    def stop(self, case, group):
        """Open historic cases age as far as their history goes, until they go live."""
        if case.stopped:
            month, there, at = case.stopped
            self.stops[month, there][0] -= 1
            self.stops[month, there][1] -= at
        case.stopped = None
        if case.open and case.stands_still:
            month, at = month_of(case.known_until, self.zone), int(case.known_until.timestamp() // 1)
            case.stopped = (month, group, at)
            self.stops[month, group][0] += 1
            self.stops[month, group][1] += at

    def rating(self, case, group, sign):
        if case.rated:
            month, score = case.rated
            self.add(month, group, "ratings", sign)
            self.add(month, group, "rating_sum", sign * score)

    def event(self, case, event):
        kind, data = event["type"], event["data"]
        if kind == "case_submitted" and data["workflow"] == REGISTER:
            case.counts = False
        if not case.counts:
            return
        at = instant(event["occurred_at"])
        month = month_of(at, self.zone)
        was_open, before = case.open, case.group()
        if kind == "case_submitted":
            case.tenant, case.workflow = event["tenant"], data["workflow"]
            case.category, case.channel = data["category"], data["channel"]
            case.reached = instant(event["received_at"]) if event.get("received_at") else at
            case.open = True
            case.stands_still = data["historic"]
        elif kind == "case_went_live":
            case.stands_still = False
        elif kind == "stage_entered":
            if data["closed"]:
                case.open = False
        elif kind == "case_reopened":
            case.open = True
        elif kind in ENDS:
            case.open = False
        elif kind == "case_corrected" and data.get("category"):
            case.category = data["category"]
        group = case.group()
        told_until = instant(data["advanced_to_at"]) if kind == "case_advanced" else at
        case.known_until = max(case.known_until or told_until, told_until)
        self.stop(case, group)
        took = int((at - case.reached).total_seconds())
        if was_open and (not case.open or before != group):
            self.open_change(month, case, before, -1)
        if case.open and (not was_open or before != group):
            self.open_change(month, case, group, 1)
        if kind in COUNTED:
            self.add(month, group, COUNTED[kind])
        if kind == "response_sent":
            if case.responses == 0:
                self.add(month, group, "first_responses")
                self.add(month, group, "first_response_s", took)
            case.responses += 1
        if kind == "case_closed":
            self.add(month, group, "resolution_s", took)
        if kind == "case_rated" or before != group:
            # The last rating counts, in its month, under the category that the case has.
            self.rating(case, before, -1)
            if kind == "case_rated":
                case.rated = (month, data["score"])
            self.rating(case, group, 1)
        if kind == "clock_met":
            self.add(month, group, ("clock", data["clock"], "met_on_time" if data["on_time"] else "met_late"))
        if kind == "deadline_breached":
            self.add(month, group, ("clock", data["clock"], "breached"))


def fold(path, zone):
    result = Fold(zone)
    case, case_id = None, None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["case_id"] != case_id:
                case, case_id = Case(), event["case_id"]
            result.event(case, event)
    return result


class Comparison:
    def __init__(self):
        self.compared = 0
        self.differences = []

    def check(self, what, expected, found):
        self.compared += 1
        if isinstance(expected, float) and isinstance(found, (int, float)):
            same = abs(expected - found) < 1e-9 * max(1, abs(expected))
        else:
            same = expected == found
        if not same:
            self.differences.append(f"{what}: {found}, where the events say {expected}")


KEYS = ("tenant", "workflow", "category", "channel")
DAY = 86400


def end_of(month, zone, now):
    """The instant up to which a month's open cases have aged, in seconds since 1970."""
    year, number = map(int, month.split("-"))
    turn = datetime.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return int(min(turn, now).timestamp() // 1)


def compare(folded, stats, comparison):
    """`stats` may leave groups out of its rows: then it is compared with their sums."""
    rows = stats["rows"]
    now = instant(stats["now"])
    keys = [key for key in KEYS if rows and key in rows[0]]

    def narrow(group):
        return tuple(group[KEYS.index(key)] for key in keys)

    figures = collections.Counter()
    for (month, group, name), number in folded.figures.items():
        figures[month, narrow(group), name] += number
    changes = collections.defaultdict(lambda: [0, 0])
    stops = collections.defaultdict(lambda: [0, 0])
    for of_all, narrowed in ((folded.changes, changes), (folded.stops, stops)):
        for (month, group), (cases, seconds) in of_all.items():
            narrowed[month, narrow(group)][0] += cases
            narrowed[month, narrow(group)][1] += seconds
    clocks = sorted({name[1] for _, _, name in figures if isinstance(name, tuple)})
    months = sorted({row["period"] for row in rows} | {month for month, _, _ in figures})
    open_cases = collections.defaultdict(lambda: [0, 0])
    stopped = collections.defaultdict(lambda: [0, 0])
    found = {(row["period"], tuple(row[key] for key in keys)): row for row in rows}
    groups = {group for _, group, _ in figures} | {group for _, group in changes}
    for month in months:
        for group in sorted(groups):
            row = found.get((month, group), {})
            place = f"{month} {' '.join(group)}"

            def number(name):
                return figures[month, group, name]

            def ratio(name, part, whole):
                """Left out of a row where there is nothing to divide by."""
                expected = part / whole if whole else None
                comparison.check(f"{place} {name}", expected, row.get(name))

            for name in [*COUNTED.values(), "first_responses", "ratings"]:
                comparison.check(f"{place} {name}", number(name), row.get(name, 0))
            ratio("first_response_days", number("first_response_s"), number("first_responses") * DAY)
            ratio("resolution_days", number("resolution_s"), number("closed") * DAY)
            ratio("rating", number("rating_sum"), number("ratings"))

            on_time = sum(number(("clock", clock, "met_on_time")) for clock in clocks)
            late = sum(number(("clock", clock, "met_late")) for clock in clocks)
            ratio("on_time", on_time, on_time + late)
            told = row.get("clocks", {})
            for clock in sorted(set(clocks) | set(told)):
                for kind in ("met_on_time", "met_late", "breached"):
                    value = told.get(clock, {}).get(kind, 0)
                    comparison.check(f"{place} {clock} {kind}", number(("clock", clock, kind)), value)

            is_open = open_cases[group]
            is_open[0] += changes[month, group][0]
            is_open[1] += changes[month, group][1]
            stands_still = stopped[group]
            stands_still[0] += stops[month, group][0]
            stands_still[1] += stops[month, group][1]
            comparison.check(f"{place} open_at_end", is_open[0], row.get("open_at_end", 0))
            end = end_of(month, folded.zone, now)
            lived = (end * is_open[0] - is_open[1]) - (end * stands_still[0] - stands_still[1])
            ratio("mean_age_days", lived, is_open[0] * DAY)
    quiet = [row for key, row in found.items() if key[1] not in groups]
    named = sum(1 for row in quiet if any(row.get(name, 0) for name in [*COUNTED.values(), "ratings", "open_at_end"]))
    comparison.check("figures of groups that no event names", 0, named)


def main(arguments):
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[1], "rb") as zone_file:
        zone = zoneinfo.ZoneInfo.from_file(zone_file)
    folded = fold(arguments[0], zone)
    comparison = Comparison()
    for path in arguments[2:]:
        with open(path, encoding="utf-8") as file:
            compare(folded, json.load(file), comparison)
    for line in comparison.differences[:20]:
        print(line, file=sys.stderr)
    print(json.dumps({"figures_compared": comparison.compared, "differences": len(comparison.differences)}))
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
