#!/usr/bin/env python3
"""Counts how many types have a name of one word, and how many type names stand in two files.

    scripts/count_names.py [FOLDER]      prints the shares, and the names with --list
    scripts/count_names.py --check       exits 1 where a share is over its limit

A type is a struct, enum, trait, union or type alias at any depth of a file outside tests;
associated types of traits are no types of their own. A name of one word has one capital letter:
`Row` is one word, `RowWriter` two.
"""

import argparse
import re
import sys
from collections import defaultdict
from pathlib import Path

MOST_ONE_WORD = 25.0
MOST_REPEATED = 8.0

ITEM = re.compile(r"^(\s*)(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?(struct|enum|trait|union|type)\s+([A-Z]\w*)", re.M)
BLOCK = re.compile(r"^(\s*)(?:unsafe\s+)?(?:impl|(?:pub(?:\([^)]*\))?\s+)?trait)\b[^;{]*\{", re.M)


def without_tests(text: str) -> str:
    """The text up to the inline module of tests, which stands last in a file."""
    return re.split(r"^#\[cfg\(test\)\]\nmod \w+ \{", text, maxsplit=1, flags=re.M)[0]


def closing(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(text)


def types(path: Path) -> list[str]:
    text = without_tests(path.read_text(encoding="utf-8"))
    inside = [(m.start(), closing(text, m.end() - 1)) for m in BLOCK.finditer(text)]
    found = []
    for item in ITEM.finditer(text):
        associated = item[2] == "type" and any(start < item.start() < end for start, end in inside)
        if not associated:
            found.append(item[3])
    return found


def words(name: str) -> int:
    return len(re.findall(r"[A-Z][a-z0-9]*", name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="src", type=Path)
    parser.add_argument("--list", action="store_true", help="print the names, too")
    parser.add_argument("--check", action="store_true", help="exit 1 where a share is over its limit")
    arguments = parser.parse_args()
    files = [p for p in sorted(arguments.folder.rglob("*.rs")) if p.stem != "tests" and "tests" not in p.parts]
    files = [p for p in files if not p.stem.endswith("_tests")]
    where = defaultdict(list)
    total = one_word = 0
    for path in files:
        for name in types(path):
            where[name].append(path)
            total += 1
            one_word += words(name) == 1
    repeated = {name: paths for name, paths in where.items() if len(set(paths)) > 1}
    if arguments.list:
        for name in sorted(name for name in where if words(name) == 1):
            print(f"one word  {name}  {', '.join(str(p) for p in where[name])}")
        for name in sorted(repeated):
            print(f"repeated  {name}  {', '.join(str(p) for p in repeated[name])}")
    share_one = 100 * one_word / max(total, 1)
    share_repeated = 100 * len(repeated) / max(len(where), 1)
    print(f"{len(files)} files, {total} types, {len(where)} distinct names")
    print(f"names of one word: {one_word} = {share_one:.1f} % (limit {MOST_ONE_WORD:.0f} %)")
    print(f"names that stand in two files: {len(repeated)} = {share_repeated:.1f} % (limit {MOST_REPEATED:.0f} %)")
    over = share_one > MOST_ONE_WORD or share_repeated > MOST_REPEATED
    return int(arguments.check and over)


if __name__ == "__main__":
    sys.exit(main())
