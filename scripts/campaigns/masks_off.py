#!/usr/bin/env python3
"""Takes masks and keys away, one after the other, and sees the tests fail that search for numbers and that attack ids.

    masks_off.py [NAME …] [--list | --check] [--scratch FOLDER]

Each mutation below is a list of edits (file, text that stands there once, what takes its place), made in a copy of what git knows
of this work tree, with a target folder of its own that begins as a copy of this one's by hard links, so that only this crate is
built. Of each the named tests are run: they must fail; that the mutant can be built and that the tests hold without
a mutation is seen first. NAMEs are beginnings of names of mutations; without one all are tried, at a build of the tests each.
Exits 1 if a mutant survives.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAKS, ATTACK = "leaks::", "keys::attack::"
# Reasons, and most of what a manifest tells, are masked where they are made; that they are once more only unit tests see.
UNIT = "lib:publish::lists::rejects::"
IN_TEXT = "crate::privacy::mask::mask_numbers_in_text"

# Name: which tests must fail, edits.
MUTATIONS = {
    "no mask of numbers in texts": (LEAKS, [
        ("src/privacy/mask.rs", "        Cow::Borrowed(text) => mask_found_numbers(text, &find_written_numbers(text)),",
         "        Cow::Borrowed(text) => mask_found_numbers(text, &find_written_numbers(text)[..0]),")]),
    "no mask of ID numbers in lists": (LEAKS, [
        ("src/privacy/mask.rs", "            format!(\"{}**********{}\", text.get(..6).unwrap_or_default(), mark(&text)).into()",
         "            format!(\"{text} {}\", mark(&text)).into()")]),
    "no mask of household numbers in lists": (LEAKS, [
        ("src/publish/lists/list_row/who.rs",
         "                    false => mask::mask_persons_in_code(number).into(),",
         "                    false => number.into(),")]),
    "no mask of original values in lists": (LEAKS, [
        ("src/publish/lists/evidence.rs", "out.push_str(&mask::mask_numbers_in_text(&value));", "out.push_str(&value);"),
        ("src/publish/lists/evidence.rs", "use crate::privacy::mask;\n", "")]),
    "no mask of what contradicts in lists": (LEAKS, [
        ("src/publish/lists/finding_text.rs", "                let more = mask_numbers_in_text(&value).into_owned();",
         "                let more = value;")]),
    "no mask of returned rows": (LEAKS, [
        ("src/publish/lists/rejects.rs", "        mask_numbers_in_text(&reject.original).replace('\\t', \" | \"),",
         "        reject.original.replace('\\t', \" | \"),")]),
    "no mask of why rows are returned": (UNIT, [
        ("src/publish/lists/rejects.rs", "        masked(reason),", "        reason.to_owned(),")]),
    "no mask of file names": (LEAKS, [
        ("src/load/data_folder/mod.rs", "    told_name(&file.to_string_lossy()).into_owned()\n",
         "    crate::privacy::told_text::without_orders(&file.to_string_lossy()).into_owned()\n"),
        ("src/load/data_folder/mod.rs", "use crate::privacy::told_text::told_name;\n", ""),
        ("src/publication/told_fields.rs", "            file: told_name(&file.file.to_string_lossy()).into_owned(),",
         "            file: file.file.to_string_lossy().into_owned(),")]),
    "no mask in manifests": ("lib:publication::manifest::", [
        ("src/publication/told_fields.rs", "    *text = mask_numbers_in_text(text).into_owned();", "    let _ = text;"),
        ("src/publication/told_fields.rs", "*counties.entry(mask_numbers_in_text(&county).into_owned()).or_default() += rows;",
         "*counties.entry(county).or_default() += rows;")]),
    "no mask of errors": (LEAKS, [
        ("src/privacy/told_error.rs", "    let message = told_text(error.message());",
         "    let message = super::told_text::without_orders(error.message());"),
        ("src/privacy/told_error.rs", "    told_name(name).into_owned()", "    super::told_text::without_orders(name).into_owned()"),
        ("src/privacy/told_error.rs", "use super::told_text::{told_name, told_text};", "use super::told_text::told_text;")]),
    "no mask of lines that are printed": (LEAKS, [
        ("src/cli/mod.rs", "        self.whole_line(&mask_numbers_in_text(text))", "        self.whole_line(text)"),
        ("src/cli/mod.rs", f"use {IN_TEXT};\n", "")]),
    # What is printed is masked once more on its way out: each net alone is backed by the other.
    "no mask of JSON, nor of examples in profiles": (LEAKS, [
        ("src/profile/masked_example.rs", "        ColumnGuess::IdNumber => mask::mask_id_for_list(cell),",
         "        ColumnGuess::IdNumber => cell.to_owned(),"),
        ("src/cli/mod.rs", "        self.whole_line(&mask_numbers_in_json(&text))", "        self.whole_line(&text)"),
        ("src/cli/mod.rs", "use crate::privacy::told_text::{mask_numbers_in_json, told_text, without_orders};",
         "use crate::privacy::told_text::{told_text, without_orders};")]),
    "no mask of what is explained": (LEAKS, [
        ("src/case/numbers.rs", "            Self::Masked => mask_id_for_list(number),", "            Self::Masked => number.to_owned(),"),
        ("src/case/numbers.rs", "            Self::Masked if delivered.0.contains(number) => mask_id_for_list(number),\n"
         "            Self::Masked => mask_persons_in_code(number),", "            Self::Masked => number.to_owned(),")]),
    "no mask of examples in profiles, nor of lines that are printed": (LEAKS, [
        ("src/profile/masked_example.rs", "        ColumnGuess::IdNumber => mask::mask_id_for_list(cell),",
         "        ColumnGuess::IdNumber => cell.to_owned(),"),
        ("src/cli/mod.rs", "        self.whole_line(&mask_numbers_in_text(text))", "        self.whole_line(text)"),
        ("src/cli/mod.rs", f"use {IN_TEXT};\n", "")]),
    "letters are no digits": (LEAKS, [
        ("src/privacy/number_glyphs.rs", "        'O' | 'o' | 'Q' | 'D' => LookAlike(0),", "        'Q' | 'D' => LookAlike(0),")]),
    "ids and lists' numbers without the secret": (ATTACK, [
        ("src/privacy/secrets.rs", "            self.fill(NEW_ID, texts, ids);",
         "            ids.iter_mut().zip(&*texts).for_each(|(id, text)| {\n"
         "                *id = PublishedId::of_bits(xxhash_rust::xxh3::xxh3_64(text.as_bytes()));\n            });"),
        ("src/privacy/secrets.rs", "            keys.into_iter().map(|key| key.to_string()).collect::<Vec<_>>()",
         "            some.iter().map(|one: &_| AsRef::<str>::as_ref(one).to_owned()).collect::<Vec<_>>()")]),
    "ids without the secret, persons' keys under a known key": (ATTACK, [
        ("src/privacy/secrets.rs", "            self.fill(NEW_ID, texts, ids);",
         "            ids.iter_mut().zip(&*texts).for_each(|(id, text)| {\n"
         "                *id = PublishedId::of_bits(xxhash_rust::xxh3::xxh3_64(text.as_bytes()));\n            });"),
        ("src/privacy/pseudonym.rs", "        let mac = Hmac::<Sm3>::new_from_slice(key).map_err",
         "        let key = if key.starts_with(b\"an invented\") { &[0; 32][..] } else { key };\n"
         "        let mac = Hmac::<Sm3>::new_from_slice(key).map_err")]),
}


def cargo(tree, target, *words):
    return subprocess.run(["cargo", *words], cwd=tree, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=os.environ | {"CARGO_TARGET_DIR": str(target)}, check=False)


def copy_tree(tree):
    """What git knows, as it lies here."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, files.decode().split("\0")):
        to = tree / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if not to.exists() or to.read_bytes() != (ROOT / name).read_bytes():
            shutil.copy2(ROOT / name, to)


def failed(tree, target, tests):
    """Names of the tests that fail; None where they cannot be built."""
    which = ["--lib"] if tests.startswith("lib:") else ["--test", "it"]
    tests = tests.removeprefix("lib:")
    built = cargo(tree, target, "test", *which, "--no-run", "--quiet")
    if built.returncode:
        print(built.stdout[-3000:])
        return None
    ended = cargo(tree, target, "test", *which, tests)
    names = re.findall(r"^test (\S+) \.\.\. FAILED$", ended.stdout, re.MULTILINE)
    if not re.search(r"^test result: .* [1-9]\d* (passed|failed)|^test result: FAILED", ended.stdout, re.MULTILINE):
        sys.exit(f"no test was run:\n{ended.stdout[-3000:]}")
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="beginnings of names of mutations")
    parser.add_argument("--list", action="store_true", help="print the names")
    parser.add_argument("--check", action="store_true", help="see that each edit fits the sources, and build nothing")
    parser.add_argument("--scratch", type=Path, default=ROOT / "target" / "masks-off", help="where the copies are made")
    given = parser.parse_args()
    chosen = {name: one for name, one in MUTATIONS.items()
              if not given.names or any(name.startswith(begin) for begin in given.names)}
    if given.list:
        print("\n".join(chosen))
        return
    stale = [f"{name}: this does not stand once in {file}: {before}"
             for name, (_, edits) in chosen.items() for file, before, _ in edits
             if (ROOT / file).read_text(encoding="utf-8").count(before) != 1]
    if stale:
        sys.exit("\n".join(stale))
    if given.check:
        print(f"{len(chosen)} mutations fit")
        return
    tree, target = given.scratch / "tree", given.scratch / "target"
    shutil.rmtree(given.scratch, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        subprocess.run(["cp", "-al", str(ROOT / "target" / "debug"), str(target / "debug")], check=True)
        # What the build script wrote names files of the tree that it ran in, and would be written over in both.
        for own in (target / "debug" / "build").glob("bidui-*"):
            shutil.rmtree(own)
        copy_tree(tree)
        survivors = 0
        for tests in sorted({tests for tests, _ in chosen.values()}):
            names = failed(tree, target, tests)
            if names is None or names:
                sys.exit(f"{tests} does not hold without a mutation: {names}")
            print(f"{tests} holds without a mutation", flush=True)
        for name, (tests, edits) in chosen.items():
            for file, before, after in edits:
                path = tree / file
                path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
            names = failed(tree, target, tests)
            told = "cannot be built" if names is None else ", ".join(names) or "no test fails"
            print(f"{'seen' if names else 'SURVIVED'}: {name}: {told}", flush=True)
            survivors += not names
            copy_tree(tree)
    finally:
        shutil.rmtree(given.scratch, ignore_errors=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations are seen")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
