#!/usr/bin/env python3
"""How long the page of `bidui triage serve` takes at the server.

    benches/page_latency.py PROGRAM [--persons N] [--requests N] [--answers N] [--folder DIR]

Invents lists of N persons (default 2,000,000, of which some 200,000 findings come), publishes a quarter of them, serves it, and asks for the
queue, for queues that are narrowed, looked through and paged, for the board and for cases, each in turn as often as said (default 20), and
gives an answer and asks for the queue after it. With --answers so many findings are answered before (needs duckdb). Prints how many findings there are, how long the server took to be ready, and of each kind of page the median and the longest time in milliseconds, as
a client on this machine sees it. The folder (a few gigabytes) is kept for the next time.
"""

import argparse
import http.client
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[1]


def call(*words):
    subprocess.run(list(map(str, words)), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def publish(program, folder, persons):
    out = folder / "out"
    if not out.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, key in (("test.key", b"an invented key of 32 bytes long"), ("test.identity.key", b"a secret of 32 bytes, for tests.")):
            (folder / name).touch(mode=0o600)
            (folder / name).write_bytes(key)
        call(program, "synth", "pipelines/hebi", "--persons", persons, "--out", folder / "lists", "--quiet")
        call(program, "run", "pipelines/hebi", "--quarter", "2018Q3", "--data", folder / "lists" / "2018Q3", "--out", out, "--key-file",
             folder / "test.key", "--allow-partial", "--quiet", "--no-progress")
    return out


def tell(what, times):
    print(f"| {what} | {statistics.median(times):.0f} ms | {max(times):.0f} ms |", flush=True)


class Client:
    """One connection, as a browser keeps it."""

    def __init__(self, address):
        place, self.token = address.removeprefix("http://").split("/#")
        self.connection = http.client.HTTPConnection(place, timeout=600)

    def get(self, path):
        begun = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": f"bidui_seat={self.token}"})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        assert answer.status == 200, (path, answer.status)
        return (time.perf_counter() - begun) * 1000, page

    def post(self, path, fields):
        begun = time.perf_counter()
        place = f"http://{self.connection.host}:{self.connection.port}"
        self.connection.request("POST", path, urlencode(fields), {"Cookie": f"bidui_seat={self.token}", "Origin": place,
                                                                  "Content-Type": "application/x-www-form-urlencoded"})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        assert answer.status == 303, (path, answer.status, re.findall(r'class="told[^>]*>([^<]*)', page), page[:500])
        return (time.perf_counter() - begun) * 1000, answer.headers["Location"]


def answer_many(client, out, count):
    """Answers so many findings, ten thousand at a time."""
    import duckdb

    table = out / "2018Q3" / "latest" / "restricted" / "exception.parquet"
    keys = [row[0] for row in duckdb.sql(f"select listed_id from '{table}' where status = 'new' order by 1 limit {count}").fetchall()]
    for at in range(0, len(keys), 10_000):
        fields = [("key", key) for key in keys[at:at + 10_000]]
        client.post("/answer", fields + [("verdict", "不属实"), ("reason", "其他"), ("next", "/")])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--persons", type=int, default=2_000_000)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--answers", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "page")
    given = parser.parse_args()
    program = given.program.resolve()
    out = publish(program, given.folder.resolve(), given.persons)
    begun = time.monotonic()
    server = subprocess.Popen([program, "triage", "serve", "--out", out, "--pipeline", "pipelines/hebi", "--by", "bench",
                               "--key-file", given.folder.resolve() / "test.key"], cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        told = ""
        while "\t" not in told:
            told = server.stdout.readline()
            found = re.match(r"(\d+)条疑点", told)
            findings = int(found[1]) if found else findings
        print(f"{findings} findings, ready after {time.monotonic() - begun:.1f} s")
        client = Client(told.strip().split("\t")[1])
        shutil.rmtree(out / "answers", ignore_errors=True)
        if given.answers:
            answer_many(client, out, given.answers)
            print(f"{given.answers} of them answered")
        _, first = client.get("/")
        cases = re.findall(r'data-href="(/case/[^"?]+)', first)
        pages = {
            "first page and facets": ["/"],
            "narrowed": ["/?severity=S1", "/?county=410621", "/?county=410621&severity=S2&due=overdue"],
            "looked for": ["/?q=" + quote("王"), "/?q=" + quote("张伟")],
            "a later page": ["/?page=100"],
            "board": ["/progress"],
        }
        print("| page | median | longest |\n|---|---|---|")
        for what, paths in pages.items():
            times = [client.get(paths[at % len(paths)])[0] for at in range(given.requests)]
            tell(what, times)
        given_times, after = [], []
        for at in range(given.requests):
            key = cases[at % len(cases)].removeprefix("/case/")
            took, location = client.post("/answer", [("key", key), ("verdict", "无法核实"), ("next", "/")])
            given_times.append(took)
            after.append(client.get(location)[0])
        tell("an answer is taken", given_times)
        tell("the queue after it", after)
        tell("case", [client.get(cases[at % 5])[0] for at in range(given.requests)])
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
