"""Which folder may include which, and which library may be used where.

A folder sees itself and what its row names; floors only keep the rows honest (see check_table). The reasons are in the
design: deciding is pure, so that replay repeats it; ports stand between the engine and the outside, so that a log or a
store can be exchanged; the wire format stays at the edges, so that it can change without the engine.
"""

import re
from typing import NamedTuple


class Folder(NamedTuple):
    floor: int
    sees: tuple


FOLDERS = {
    "engine/base": Folder(1, ()),
    "engine/sla": Folder(2, ("engine/base",)),
    "engine/core": Folder(2, ("engine/base", "engine/sla")),
    "engine/audit": Folder(2, ("engine/base",)),
    "engine/privacy": Folder(2, ("engine/base", "engine/core")),
    "engine/ports": Folder(3, ("engine/base", "engine/core")),
    "engine/codec": Folder(3, ("engine/base", "engine/sla", "engine/core", "engine/audit", "proto")),
    "engine/client": Folder(3, ("engine/base", "engine/core", "engine/ports", "engine/codec")),
    "engine/runtime": Folder(3, ("engine/base", "engine/sla", "engine/core", "engine/audit", "engine/privacy",
                                 "engine/ports", "engine/codec")),
    "engine/views": Folder(3, ("engine/base", "engine/sla", "engine/core", "engine/ports", "engine/codec")),
    "engine/log": Folder(4, ("engine/base", "engine/core", "engine/ports")),
    "engine/store": Folder(4, ("engine/base", "engine/ports")),
    # Each folder of connectors is an F4 folder of its own; '*' stands for its name.
    "connectors/*": Folder(4, ("engine/base", "engine/sla", "engine/core", "engine/audit", "engine/privacy",
                               "engine/ports", "engine/client", "engine/codec", "engine/runtime", "engine/views",
                               "proto")),
    "tools": Folder(5, ("engine", "connectors", "proto")),
    "tools/bench": Folder(5, ("engine", "connectors", "proto", "tests/support")),
    "tests": Folder(6, ("engine", "connectors", "proto", "tools", "tests")),
}

OWN_TOPS = ("engine", "connectors", "proto", "tools", "tests", "deploy", "workflows")

# Headers of a library, and the only folders that may include them ("tests" and "tools" may see any library below).
LIBRARIES = {
    "rocksdb/": ("engine/log", "engine/store", "tests", "tools/bench"),
    "librdkafka/": ("engine/log", "tests", "tools/bench"),
    "google/protobuf/": ("engine/codec", "connectors/*", "tools", "tools/bench", "tests"),
    "ncurses.h": ("tools",),
    "CLI/": ("tools", "tools/bench", "tests"),
}

# Unit tests beside the code, and the folders named here.
TEST_LIBRARIES = ("gtest/", "gmock/", "rapidcheck", "benchmark/")
TEST_LIBRARY_FOLDERS = ("tests", "tools/bench")

# No clock, no randomness, no input or output, no globals: what these decide is decided again at replay.
PURE_FOLDERS = ("engine/sla", "engine/core", "engine/audit", "engine/privacy")
IMPURE_HEADERS = ("spdlog/", "fstream", "iostream", "filesystem", "thread", "future", "condition_variable", "random",
                  "unistd.h", "sys/", "boost/asio", "boost/beast")
IMPURE_CALLS = re.compile(r"\b(?:system_clock|steady_clock|high_resolution_clock)::now\b|\brandom_device\b|\bgetenv\b|"
                          r"\b(?:std::)?(?:rand|time)\s*\((?:\s*|nullptr|NULL|0)\)")
# F1 and the ports stay free of logging too.
QUIET_FOLDERS = PURE_FOLDERS + ("engine/base", "engine/ports")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    """The row that a file (or an include) belongs to and the folder itself, or (None, folder)."""
    parts = path.split("/")
    if parts[0] == "connectors" and len(parts) > 2:
        return "connectors/*", "/".join(parts[:2])
    for depth in range(len(parts) - 1, 0, -1):
        folder = "/".join(parts[:depth])
        if folder in FOLDERS:
            return folder, folder
    return None, "/".join(parts[:2] if parts[0] == "engine" else parts[:1])


def is_test(path):
    """A unit test beside the code, or a header that such tests share."""
    return path.endswith(("_test.cc", "_for_test.h"))


def check_table():
    """The table against the rule it spells out: own folder or a lower floor, never F4 from F4; within F2 and F3 only as
    the row says, without circles."""
    for name, folder in FOLDERS.items():
        for seen in folder.sees:
            row = FOLDERS.get(seen)
            if row is None:
                continue
            if row.floor > folder.floor or (row.floor == folder.floor == 4):
                yield f"tests/layering/layers.py: {name} (F{folder.floor}) may not see {seen} (F{row.floor})"
            if name != seen and name in row.sees:
                yield f"tests/layering/layers.py: {name} and {seen} see each other"


def check_include(path, row, folder, quote, target):
    """What is wrong with one include, or None."""
    top = target.split("/")[0]
    own = "/" in target and top in OWN_TOPS
    if quote == '"' and not own:
        return f'"{target}": quotes are for our own headers, written from the root of the tree; a library takes <>'
    if quote == "<" and own:
        return f"<{target}>: our own headers take quotes"
    if own:
        if target.endswith("_for_test.h") and not is_test(path) and row != "tests":
            return f'"{target}": a _for_test.h is for tests'
        if target.startswith(folder + "/"):
            return None
        if is_test(path) and target.startswith("tests/support/"):
            return None
        if any(target.startswith(seen + "/") for seen in FOLDERS[row].sees):
            return None
        return (f'"{target}": {folder} may include itself and {", ".join(FOLDERS[row].sees) or "nothing else of ours"}; '
                "move the code, or ask for it through a port")
    if target.startswith(TEST_LIBRARIES) and not is_test(path) and row not in TEST_LIBRARY_FOLDERS:
        return f"<{target}>: test libraries are for *_test.cc, *_for_test.h, {' and '.join(TEST_LIBRARY_FOLDERS)}"
    for library, folders in LIBRARIES.items():
        if target.startswith(library) and row not in folders:
            return f"<{target}>: {library} is for {', '.join(folders)} only"
    if is_test(path):
        return None
    if row in PURE_FOLDERS:
        for header in IMPURE_HEADERS:
            if target == header or (header.endswith("/") or "/" in header) and target.startswith(header):
                return f"<{target}>: {folder} is pure: no clock, no randomness, no threads, no input or output"
    if row in QUIET_FOLDERS and target.startswith("spdlog/"):
        return f"<{target}>: {folder} does not log; it returns what happened"
    return None


def check(tree):
    """Yields 'path:line: what is wrong' for every breach."""
    yield from check_table()
    unknown = set()
    for path in tree.with_endings(".cc", ".h", ".cpp", ".hpp"):
        row, folder = folder_of(path)
        if row is None:
            if folder not in unknown:
                unknown.add(folder)
                yield (f"{path}:1: {folder} has no row in FOLDERS of tests/layering/layers.py: "
                       "add it, with its floor and what it may see")
            continue
        for number, line in enumerate(tree.lines(path), 1):
            include = INCLUDE.match(line)
            if include:
                wrong = check_include(path, row, folder, include.group(1), include.group(2))
                if wrong:
                    yield f"{path}:{number}: {wrong}"
            elif row in PURE_FOLDERS and not is_test(path) and IMPURE_CALLS.search(line.split("//")[0]):
                yield f"{path}:{number}: {folder} is pure: hand time and randomness in"
