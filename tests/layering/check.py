"""Checks the source tree: prints each breach as 'path:line: what is wrong', exits 1 if there is one.

    python3 tests/layering/check.py layers|style [ROOT]
"""

import pathlib
import sys

import layers
import style
from tree import Tree

CHECKS = {"layers": layers.check, "style": style.check}


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[1] if len(arguments) == 2 else pathlib.Path(__file__).parent.parent.parent)
    tree = Tree(root)
    code_files = len(tree.with_endings(".cc", ".h"))
    if code_files == 0:
        print(f"{root}: no C++ files there: is it the root of the tree?", file=sys.stderr)
        return 2
    breaches = list(CHECKS[arguments[0]](tree))
    for breach in breaches:
        print(breach)
    print(f"{arguments[0]}: {len(tree.paths)} files, {code_files} of them C++, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
