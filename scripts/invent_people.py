"""Invents Western person tables that are harder to link than FEBRL, with their truth.

`python3 scripts/invent_people.py` writes to target/data/people, the same files every time:

- `register`: one table, people in up to six records, families at one address, twins, nicknames,
  given name and surname swapped, wives under a new surname, fields missing, names typed badly.
- `contacts`: one small table of five columns (names, birth date, city, e-mail), four records a
  person, most of them damaged.
- `sparse_a`, `sparse_b`: two tables of four columns without a number, a tenth of which is empty;
  half of the people stand in both.
"""

import csv
import random
from pathlib import Path

OUT = Path(__file__).parent.parent / "target/data/people"

GIVEN = """olivia amelia isla ava mia ivy lily isabella rosie sophia grace freya emily ella charlotte
elizabeth margaret catherine jennifer susan patricia barbara helen rebecca deborah victoria alexandra
josephine theodora jacqueline samantha stephanie christine katherine louise hannah jessica lauren megan
chloe zoe holly amber ruby daisy florence matilda harriet beatrice eleanor george noah arthur harry leo
muhammad jack charlie oscar jacob william robert richard james john thomas david michael edward andrew
christopher alexander nicholas benjamin samuel joseph daniel matthew anthony timothy gregory stephen
philip douglas kenneth ronald lawrence frederick theodore vincent walter raymond gerald leonard norman
stanley cameron callum liam ethan logan mason lucas mitchell joshua lachlan angus hamish dylan finn
reuben hugo felix jasper tobias""".split()
NICK = {
    "elizabeth": "liz beth betty lizzie", "margaret": "maggie peggy meg", "catherine": "cathy kate",
    "katherine": "kathy kate katie", "jennifer": "jenny jen", "susan": "sue", "patricia": "pat trish",
    "barbara": "barb", "rebecca": "becky", "deborah": "debbie", "victoria": "vicky", "alexandra": "alex sandra",
    "samantha": "sam", "stephanie": "steph", "jacqueline": "jackie", "josephine": "jo josie", "isabella": "bella",
    "william": "bill will billy", "robert": "bob rob bobby", "richard": "dick rick", "james": "jim jimmy",
    "john": "jack johnny", "thomas": "tom", "david": "dave", "michael": "mike mick", "edward": "ted ed",
    "andrew": "andy drew", "christopher": "chris", "alexander": "alex sandy", "nicholas": "nick",
    "benjamin": "ben", "samuel": "sam", "joseph": "joe", "daniel": "dan danny", "matthew": "matt",
    "anthony": "tony", "timothy": "tim", "gregory": "greg", "stephen": "steve", "kenneth": "ken",
    "ronald": "ron", "lawrence": "larry", "frederick": "fred", "theodore": "ted theo", "walter": "wally",
    "raymond": "ray", "gerald": "gerry", "leonard": "len", "joshua": "josh",
}
COMMON = """smith jones williams brown taylor davies wilson evans thomas johnson roberts walker wright
robinson thompson white hughes edwards green hall wood harris lewis martin jackson clarke clark turner
hill cooper ward morris moore king watson baker harrison morgan patel young allen mitchell james
anderson phillips lee bell parker davis""".split()
HEAD = "ash bar black brad brom car chat cold cran dal den dun east fair far field gar glen gran hal ham har hart hazel hol kel kings lan lang lin lock mar mel mid mil mor nor oak pem pres rad red rose ruther sel shel staf stan stock sut thorn wal war wes whit win wood".split()
TAIL = "bourne bury by combe cote croft dale den field ford gate ham hurst kin land ley low man more ning ridge sett shaw son stead stone ton ville wall ward well wick wood worth".split()
STREET = "high church station victoria green mill park london main north queens manor kings school".split()
TYPE = ["street", "road", "avenue", "lane", "close", "drive", "place", "court"]
STATES = ["nsw", "vic", "qld", "wa", "sa", "tas"]
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class Invent:
    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        rare = sorted({h + t for h in HEAD for t in TAIL})
        self.r.shuffle(rare)
        self.surnames = COMMON + rare
        self.places = [h + t for h, t in zip(HEAD * 3, (TAIL + TAIL[::-1]) * 3)][:120]

    def zipf(self, values: list[str], power: float = 0.9) -> str:
        weights = self.__dict__.setdefault("_w", {}).setdefault(
            (len(values), power), [1 / (i + 3) ** power for i in range(len(values))]
        )
        return self.r.choices(values, weights)[0]

    def chance(self, p: float) -> bool:
        return self.r.random() < p

    def typo(self, text: str, alphabet: str = ALPHABET) -> str:
        if len(text) < 2:
            return text
        at = self.r.randrange(len(text) - 1)
        kind = self.r.randrange(4)
        if kind == 0:
            return text[:at] + self.r.choice(alphabet) + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at + 1 :]
        if kind == 2:
            return text[:at] + self.r.choice(alphabet) + text[at:]
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def typos(self, text: str, most: int, alphabet: str = ALPHABET) -> str:
        for _ in range(self.r.randint(1, most)):
            text = self.typo(text, alphabet)
        return text

    def shuffled(self, text: str) -> str:
        letters = list(text)
        at = self.r.randrange(max(1, len(letters) - 3))
        part = letters[at : at + 4]
        self.r.shuffle(part)
        return "".join(letters[:at] + part + letters[at + 4 :])

    def date(self) -> list[int]:
        return [self.r.randint(1925, 2012), self.r.randint(1, 12), self.r.randint(1, 28)]

    def wrong_date(self, d: list[int]) -> list[int]:
        y, m, day = d
        kind = self.r.randrange(5)
        if kind == 0:
            return [y, self.r.randint(1, 12), self.r.randint(1, 28)]
        if kind == 1 and day <= 12:
            return [y, day, m]
        if kind == 2:
            return [y + self.r.choice([-1, 1, 10, -10]), m, day]
        if kind == 3:
            return [y, m, self.r.randint(1, 28)]
        return [y, m % 12 + 1, day]


def text(d: list[int] | None) -> str:
    return "" if d is None else f"{d[0]:04}-{d[1]:02}-{d[2]:02}"


def families(v: Invent, count: int):
    """Families at one address; some hold twins."""
    for _ in range(count):
        surname = v.zipf(v.surnames)
        home = {
            "street_number": str(v.r.randint(1, 250)),
            "street": f"{v.zipf(STREET + v.places)} {v.r.choice(TYPE)}",
            "suburb": v.zipf(v.places),
            "postcode": "",
            "state": "",
            "phone": "0" + "".join(v.r.choice("0123456789") for _ in range(9)),
        }
        at = v.places.index(home["suburb"])
        home["postcode"], home["state"] = str(2000 + at * 17), STATES[at % 6]
        people = []
        for place in range(v.r.choices([1, 2, 3, 4, 5], [30, 25, 20, 15, 10])[0]):
            given = v.zipf(GIVEN, 0.6)
            birth = v.date()
            if place >= 2 and v.chance(0.08):
                birth = people[-1]["birth_date"]
            people.append(
                home
                | {
                    "given_name": given,
                    "surname": surname if v.chance(0.9) else v.zipf(v.surnames),
                    "birth_date": birth,
                    "ssn": "".join(v.r.choice("0123456789") for _ in range(9)),
                    "email": f"{given[:1]}{surname}{v.r.randint(1, 99)}@{v.r.choice(['mail.com', 'post.net', 'example.org'])}",
                }
            )
            if v.chance(0.5):
                people[-1]["phone"] = "0" + "".join(v.r.choice("0123456789") for _ in range(9))
        yield people


def damaged(v: Invent, person: dict, rate: float) -> dict:
    p = dict(person)
    if v.chance(0.12 * rate) and p["given_name"] in NICK:
        p["given_name"] = v.r.choice(NICK[p["given_name"]].split())
    for name in ("given_name", "surname"):
        if v.chance(0.18 * rate):
            p[name] = v.typos(p[name], 3)
        if v.chance(0.04 * rate):
            p[name] = p[name][:1]
    if v.chance(0.06 * rate):
        p["given_name"], p["surname"] = p["surname"], p["given_name"]
    if v.chance(0.04 * rate):
        p["surname"] = v.zipf(v.surnames)
    if v.chance(0.12 * rate):
        p["birth_date"] = v.wrong_date(p["birth_date"])
    if v.chance(0.15 * rate):
        at = v.places.index(v.zipf(v.places))
        p |= {
            "street_number": str(v.r.randint(1, 250)),
            "street": f"{v.zipf(STREET + v.places)} {v.r.choice(TYPE)}",
            "suburb": v.places[at],
            "postcode": str(2000 + at * 17),
            "state": STATES[at % 6],
        }
    for name in ("street", "suburb", "email"):
        if v.chance(0.12 * rate):
            p[name] = v.typos(p[name], 2)
    for name in ("postcode", "ssn", "phone", "street_number"):
        if v.chance(0.08 * rate):
            p[name] = v.typo(p[name], "0123456789")
    if v.chance(0.2 * rate):
        p["phone"] = "0" + "".join(v.r.choice("0123456789") for _ in range(9))
    for name, share in (("given_name", 0.05), ("surname", 0.03), ("birth_date", 0.1), ("ssn", 0.3), ("phone", 0.25),
                        ("email", 0.4), ("street", 0.1), ("suburb", 0.08), ("postcode", 0.1), ("state", 0.1)):
        if v.chance(share * rate):
            p[name] = None if name == "birth_date" else ""
    return p


def write(name: str, columns: list[str], rows: list[tuple[int, dict]], v: Invent, prefix: str = "r"):
    v.r.shuffle(rows)
    truth = []
    with (OUT / f"{name}.csv").open("w", newline="") as file:
        w = csv.writer(file)
        w.writerow(["id", *columns])
        for at, (entity, row) in enumerate(rows):
            w.writerow([f"{prefix}{at}", *(text(row[c]) if c == "birth_date" else row[c] for c in columns)])
            truth.append((f"{prefix}{at}", entity))
    return truth


def write_truth(name: str, truth) -> None:
    with (OUT / f"{name}-truth.csv").open("w", newline="") as file:
        w = csv.writer(file)
        w.writerow(["record_id", "entity"])
        w.writerows(truth)


ALL = ["given_name", "surname", "street_number", "street", "suburb", "postcode", "state", "birth_date", "ssn", "phone", "email"]


def register(seed: int = 11, count: int = 1800) -> None:
    v = Invent(seed)
    rows = []
    people = [p for family in families(v, count) for p in family]
    for entity, person in enumerate(people):
        copies = v.r.choices([1, 2, 3, 4, 5, 6], [45, 25, 12, 9, 6, 3])[0]
        for copy in range(copies):
            rows.append((entity, damaged(v, person, 0.3 if copy == 0 else 1.3)))
    write_truth("register", write("register", ALL, rows, v))


def contacts(seed: int = 12, count: int = 260) -> None:
    v = Invent(seed)
    rows = []
    people = [p for family in families(v, count // 2) for p in family][:count]
    for entity, person in enumerate(people):
        person["email"] = f"{v.zipf(GIVEN, .3)}{v.r.randint(1, 99)}@{v.zipf(v.surnames, .3)}.com"
        for copy in range(v.r.choices([1, 2, 3, 4, 5, 6, 7], [20, 15, 12, 15, 14, 12, 12])[0]):
            p = dict(person)
            if copy:
                if v.chance(0.25):
                    p["given_name"] = v.r.choice([v.typos, lambda t, _: v.shuffled(t)])(p["given_name"], 2)
                if v.chance(0.25):
                    p["surname"] = v.r.choice([v.typos, lambda t, _: v.shuffled(t)])(p["surname"], 2)
                if v.chance(0.1):
                    p["given_name"], p["surname"] = p["surname"], p["given_name"]
                if v.chance(0.4):
                    y, m, d = p["birth_date"]
                    shift = v.r.randint(-14, 14)
                    m += shift // 3
                    p["birth_date"] = [y + (m - 1) // 12, (m - 1) % 12 + 1, v.r.choice([d, v.r.randint(1, 28)])]
                if v.chance(0.3):
                    p["suburb"] = v.r.choice([v.typos, lambda t, _: v.shuffled(t)])(p["suburb"], 2)
                if v.chance(0.25):
                    p["email"] = v.typos(p["email"], 2)
                for name in ("given_name", "surname", "suburb", "email"):
                    if v.chance(0.2):
                        p[name] = ""
            rows.append((entity, p))
    write_truth("contacts", write("contacts", ["given_name", "surname", "birth_date", "suburb", "email"], rows, v))


def sparse(seed: int = 13, count: int = 2500) -> None:
    v = Invent(seed)
    a, b = [], []
    people = [p for family in families(v, count) for p in family]
    for entity, person in enumerate(people):
        where = v.r.randrange(4)
        for side, rows in ((1, a), (2, b)):
            if where in (0, 3, side):
                rows.append((entity, damaged(v, person, 0.8)))
    columns = ["given_name", "surname", "birth_date", "suburb"]
    write_truth("sparse", write("sparse_a", columns, a, v, "a") + write("sparse_b", columns, b, v, "b"))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    register()
    contacts()
    sparse()
    print(OUT)
