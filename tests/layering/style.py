"""Rules of style that neither the compiler nor clang-format holds."""

import re

LINES_MOST = 400
# Longer files, each with the most lines it may have and the reason why it is one thing.
LONGER = {}
# Tests that sleep, each with the reason why no condition can be waited for.
SLEEPING = {}

USING_NAMESPACE = re.compile(r"^\s*using\s+namespace\b")
REGEX = re.compile(r"\bstd::w?regex\b|#\s*include\s*<regex>")
SLEEP = re.compile(r"\bsleep_(?:for|until)\s*\(|\bu?sleep\s*\(|\bnanosleep\s*\(")
SWALLOWED = re.compile(r"catch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\bDIS" r"ABLED_\w")
# An absolute path of somebody's machine. A URL's path stands behind a letter or a digit.
MACHINE_PATH = re.compile(r"(?<![\w.$}~*-])/(?:work|home|root|Users)/")

CODE = (".cc", ".h", ".cpp", ".hpp")
TEXT_TO_TRIM = (".py", ".sh", ".cmake", ".md", ".yaml", ".yml", ".proto", ".json", "CMakeLists.txt")


def check_lengths(tree):
    for path in tree.with_endings(*CODE):
        lines = len(tree.lines(path))
        most = LONGER.get(path, (LINES_MOST, ""))[0]
        if lines > most:
            yield f"{path}:{most + 1}: {lines} lines, at most {most}: is it one thing? (exceptions: LONGER in style.py)"
        elif path in LONGER and lines <= LINES_MOST:
            yield f"{path}:1: is short again: take it out of LONGER in tests/layering/style.py"
    for path in LONGER:
        if path not in tree.paths:
            yield f"tests/layering/style.py:1: LONGER names {path}, which is gone"


def check_header(tree, path):
    lines = tree.lines(path)
    if not lines or not lines[0].startswith("//"):
        yield f"{path}:1: a header opens with a comment: purpose, ownership, threading"
    if "#pragma once" not in lines:
        yield f"{path}:1: no '#pragma once'"
    for number, line in enumerate(lines, 1):
        if USING_NAMESPACE.match(line):
            yield f"{path}:{number}: no 'using namespace' in a header"


def check_code(tree, path):
    # A benchmark is no test: it paces the load that it makes.
    in_tests = not path.startswith("tests/bench/") and (
        path.startswith("tests/") or path.endswith(("_test.cc", "_for_test.h")))
    for number, line in enumerate(tree.lines(path), 1):
        code = line.split("//")[0]
        if REGEX.search(code):
            yield f"{path}:{number}: RE2, not std::regex, whose time and stack depend on the input"
        if SWALLOWED.search(code):
            yield f"{path}:{number}: an error is swallowed: return it, or let it stop the process"
        if in_tests and path not in SLEEPING and SLEEP.search(code):
            yield f"{path}:{number}: a test does not sleep: use a manual clock, or wait for the condition with a deadline"


def check_script(tree, path):
    lines = tree.lines(path)
    executable = (tree.root / path).stat().st_mode & 0o111
    if not lines or not lines[0].startswith("#!"):
        if executable:
            yield f"{path}:1: is executable and has no #! line"
        return
    if not executable:
        yield f"{path}:1: has a #! line and is not executable"
    if len(lines) < 2 or not lines[1].startswith("# "):
        yield f"{path}:2: a script opens with a comment: purpose and usage"
    if "set -euo pipefail" not in lines:
        yield f"{path}:1: no 'set -euo pipefail'"


def check_text(tree, path):
    lines = tree.lines(path)
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine"
        if not path.endswith((".csv", ".json")) and UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished work: do it, or write down in the nearest README what is missing and why"
        if path.endswith(TEXT_TO_TRIM) and line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
    if path.endswith(TEXT_TO_TRIM) and lines and not tree.text(path).endswith("\n"):
        yield f"{path}:{len(lines)}: no newline at the end"


def check_built(tree):
    """A test that no program holds passes for ever."""
    for path in tree.with_endings(".cc"):
        folder, _, name = path.rpartition("/")
        if not path.startswith("tests/"):
            continue
        while folder and f"{folder}/CMakeLists.txt" not in tree.paths:
            folder = folder.rpartition("/")[0]
        listing = tree.text(f"{folder}/CMakeLists.txt") if folder else None
        takes_all = listing and ("rasti_folder(" in listing or "GLOB" in listing)
        if listing and not takes_all and not re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", listing):
            yield f"{path}:1: is in no program: name it in {folder}/CMakeLists.txt"


def check(tree):
    """Yields 'path:line: what is wrong' for every breach."""
    yield from check_lengths(tree)
    yield from check_built(tree)
    for path in tree.paths:
        if tree.text(path) is None:
            continue
        if path.endswith(CODE):
            yield from check_code(tree, path)
        if path.endswith((".h", ".hpp")):
            yield from check_header(tree, path)
        if path.endswith(".sh") or path == ".ci/run":
            yield from check_script(tree, path)
        yield from check_text(tree, path)
