#!/usr/bin/env python3
"""Builds data/han.bin and data/variants.csv from the Unihan database.

Usage: scripts/build_han_data.py [FOLDER]

FOLDER holds Unihan_*.txt or Unihan_*.txt.bz2 (default /usr/share/unicode, where Debian's
package `unicode-data` puts them). The output depends on nothing else, so that anybody can
rebuild it and compare. Licence of the data: data/LICENSE-UNICODE.

han.bin, little endian:
  "HAN1", u32 records, then per record, ascending by code point:
    u32 code point; u32 four-corner code (5 digits, 0xFFFFFFFF unknown);
    u32 Cangjie code (base 27, A = 1, left aligned to 5 letters, 0 unknown);
    u16 phonetic class (kPhonetic number, 0 unknown); u8 strokes; u8 radical;
    4 x u16 readings, most usual first: syllable * 8 + tone (1-5), 0 unused
  then the toneless syllables, one a line; the first has number 1.
"""
import bz2, re, struct, sys, unicodedata
from pathlib import Path

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
OUT = Path(__file__).resolve().parent.parent / "data"


def fields(name):
    path = FOLDER / f"Unihan_{name}.txt"
    if path.exists():
        text = path.read_text("utf-8")
    else:
        text = bz2.open(FOLDER / f"Unihan_{name}.txt.bz2", "rt", encoding="utf-8").read()
    for line in text.splitlines():
        if line.startswith("U+"):
            code, field, value = line.split("\t")
            yield int(code[2:], 16), field, value


data = {}
for part in ["Readings", "DictionaryLikeData", "IRGSources", "Variants", "OtherMappings"]:
    for code, field, value in fields(part):
        data.setdefault(code, {})[field] = value

TONES = {"\u0304": 1, "\u0301": 2, "\u030C": 3, "\u0300": 4}


def split_tone(marked):
    tone, letters = 5, []
    for char in unicodedata.normalize("NFD", marked.strip().lower()):
        if char in TONES:
            tone = TONES[char]
        elif char == "\u0308":
            letters[-1] = "v"
        elif char.isalpha():
            letters.append(char)
    # ê and bare consonants (m, n, ng, hm) are interjections, never names.
    return "".join(letters), tone


def readings(entry):
    """kMandarin first (the usual reading), then the readings of the two dictionaries of the standard language."""
    found = []
    candidates = entry.get("kMandarin", "").split(" ")[:1]
    for field in ("kTGHZ2013", "kXHC1983"):
        for group in entry.get(field, "").split(" "):
            candidates += group.split(":")[-1].split(",") if ":" in group else []
    if not any(candidates):
        for group in entry.get("kHanyuPinyin", "").split(" "):
            candidates += group.split(":")[-1].split(",") if ":" in group else []
    for marked in candidates:
        pair = split_tone(marked)
        if pair[0] and re.search("[aeiouv]", pair[0]) and pair not in found:
            found.append(pair)
    return found[:4]


def four_corner(entry):
    match = re.match(r"(\d{4})(?:\.(\d))?", entry.get("kFourCornerCode", ""))
    return int(match[1] + (match[2] or "0")) if match else 0xFFFFFFFF


def cangjie(entry):
    value = 0
    for char in entry.get("kCangjie", "")[:5].ljust(5, "@"):
        value = value * 27 + (ord(char) - 64 if "A" <= char <= "Z" else 0)
    return value


def first_int(text):
    match = re.search(r"\d+", text)
    return int(match[0]) if match else 0


rows, syllables = [], set()
for code in sorted(data):
    entry = data[code]
    names = readings(entry)
    # Rare ideographs without any reading or shape code cannot be compared anyway.
    if not names and "kCangjie" not in entry and "kFourCornerCode" not in entry:
        continue
    if code >= 0x20000 and not names:
        continue
    rows.append((code, entry, names))
    syllables.update(name for name, _ in names)
numbers = {name: index + 1 for index, name in enumerate(sorted(syllables))}
blob = bytearray(b"HAN1" + struct.pack("<I", len(rows)))
for code, entry, names in rows:
    packed = [numbers[name] * 8 + tone for name, tone in names] + [0] * 4
    blob += struct.pack(
        "<IIIHBB4H", code, four_corner(entry), cangjie(entry), min(first_int(entry.get("kPhonetic", "")), 65535),
        min(first_int(entry.get("kTotalStrokes", "")), 255), first_int(entry.get("kRSUnicode", "")), *packed[:4])
blob += "\n".join(sorted(syllables)).encode()
(OUT / "han.bin").write_bytes(blob)

# Variants. Direction: towards the character of the General Standard Chinese Characters table
# (those with a kTGHZ2013 reading), so that 陳 -> 陈, 峯 -> 峰. Nothing is folded when both
# characters are standard (乾/干, 著/着): then they are two characters that two people may bear.
standard = {code for code, entry in data.items() if "kTGHZ2013" in entry}
# Alternate forms of the standard table that people are registered under in either form.
EXTRA = {"喆": "哲", "堃": "坤", "昇": "升", "甦": "苏", "龢": "和", "迺": "乃", "麹": "曲", "釐": "厘",
         "犇": "奔", "祕": "秘", "瀞": "净", "傑": "杰", "淩": "凌", "彥": "彦",
         # Old print forms that Unihan does not connect.
         "淸": "清", "靑": "青", "亱": "夜", "逹": "达", "裏": "里", "頴": "颖"}


def targets(entry, field):
    return [int(t[2:].split("<")[0], 16) for t in entry.get(field, "").split(" ") if t]


fold = {}
for char, to in EXTRA.items():
    fold[ord(char)] = (ord(to), "extra")
for code, entry in data.items():
    if code in standard or code in fold:
        continue
    simple = [t for t in targets(entry, "kSimplifiedVariant")]
    if simple and code not in simple:
        best = [t for t in simple if t in standard] or simple
        fold[code] = (best[0], "kSimplifiedVariant")
        continue
# Then variants of standard or traditional forms: 峯 -> 峰, 裏 -> 裡 -> 里, 説 -> 說 -> 说. Only where all
# of them lead to one standard character.
simplified = dict(fold)
back = {}
for code, entry in data.items():
    for target in targets(entry, "kZVariant"):
        back.setdefault(target, set()).add(code)
for code, entry in data.items():
    if code in standard or code in fold:
        continue
    both_ways = targets(entry, "kZVariant") + sorted(back.get(code, ()))
    for basis, found in (("kZVariant", both_ways), ("kSemanticVariant", targets(entry, "kSemanticVariant"))):
        ends = {simplified[t][0] if t in simplified else t for t in found if t != code} & standard
        if len(ends) == 1:
            fold[code] = (ends.pop(), basis)
            break
# A variant of a traditional form leads to the simplified form in one step.
for code, (to, basis) in list(fold.items()):
    seen = {code}
    while to in fold and to not in seen:
        seen.add(to)
        to = fold[to][0]
    fold[code] = (to, basis)
# Compatibility ideographs (U+F900...) are duplicates of unified ones.
for code, entry in data.items():
    for to in targets(entry, "kCompatibilityVariant"):
        fold[code] = (fold.get(to, (to,))[0], "kCompatibilityVariant")
lines = ["from,to,from_code,to_code,basis"]
for code in sorted(fold):
    to, basis = fold[code]
    if to != code:
        lines.append(f"{chr(code)},{chr(to)},{code:04X},{to:04X},{basis}")
(OUT / "variants.csv").write_text("\n".join(lines) + "\n", "utf-8")
print(len(rows), "characters", len(syllables), "syllables", len(lines) - 1, "variants", len(blob), "bytes", file=sys.stderr)
