#!/usr/bin/env python3
"""Drives the page of `bidui triage serve` in a real browser, and looks at what the browser did.

    drive_page.py PROGRAM PUBLICATIONS --key-file FILE [--pipeline FOLDER] [--data FOLDER] [--pictures FOLDER]

PUBLICATIONS: an output folder of `bidui run` with one quarter, of the lists in DATA; it is copied, so nothing is answered in it. With Chromium, headless, at 1366 × 768:
whoever has no token sees nothing; a queue is narrowed and a case opened; an answer is given by keys; several at once are given
and undone; what a verdict needs is asked for; a reader cannot answer and a county sees itself alone; a request of another page is
refused; a county approves and returns what a township answered; a draw is made, and the same again is told; doubtful pairs of records are judged, and the
next run obeys, which pages that are open tell of; no request goes anywhere else; nothing newer than Chromium 90 stands in style and script. Prints a line for each, exits 1 if one
does not hold. Needs `playwright` (scripts/requirements-page.txt), duckdb and a Chromium on the machine; without one it says so and exits 0.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# What Chromium 90 does not have.
TOO_NEW = [
    r":has\(", r"@container", r"color-mix\(", r"@layer", r"\bstructuredClone\b", r"\.at\(", r"\bpopover\b", r"\.findLast\(",
    r"\bdvh\b", r"text-wrap", r"subgrid", r"\bObject\.hasOwn\b", r"replaceAll\(.*=>", r"^\s*&[ .:]",
]
SIZE = {"width": 1366, "height": 768}


def too_new(text):
    """What of a style or script Chromium 90 does not have."""
    return [word for word in TOO_NEW if re.search(word, text, re.MULTILINE)]


def pages_of(document):
    """Pages of a PDF, as it counts them itself."""
    return len(re.findall(rb"/Type\s*/Page\b", document))


def press(page, key):
    """Presses a key on a page whose script listens: it comes to life after what it says can be seen."""
    page.wait_for_load_state("domcontentloaded")
    page.keyboard.press(key)


def browser_program():
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)


class Checks:
    """What held and what did not."""

    def __init__(self):
        self.failed = 0

    def __call__(self, what, holds):
        print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
        self.failed += not holds


def table(out, name):
    import duckdb

    path = max(out.glob(f"*/latest/restricted/{name}.parquet"))
    return lambda select: duckdb.sql("select " + select.format(table=f"'{path}'")).fetchall()


def township(out):
    """The township of the county 410621 with the most findings."""
    most = "township_code from {table} where county_code = '410621' and township_code <> '' group by 1 order by count(*) desc, 1 limit 1"
    return table(out, "exception")(most)[0][0]


def serve(program, out, given):
    """The server, with the addresses of its seats by name."""
    seats = ["city::市里的人", "county:410621:县里的人", f"township:{township(out)}:乡里的人", "reader::看的人"]
    words = [program, "triage", "serve", "--out", out, "--pipeline", given.pipeline, "--key-file", given.key_file]
    for seat in seats:
        words += ["--seat", seat]
    server = subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    addresses = {}
    while len(addresses) < len(seats):
        line = server.stdout.readline()
        if not line:
            sys.exit("the server ended")
        if "\t" in line:
            who, address = line.strip().split("\t")
            addresses[who.split()[-1]] = address
    return server, addresses


def status(address, headers=None, body=None):
    request = urllib.request.Request(address, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def reviews(browser, check, addresses, given):
    """A township answers three, its county approves one by key and returns another."""
    pages = {}
    for who in ["乡里的人", "县里的人"]:
        pages[who] = browser.new_context(viewport=SIZE).new_page()
        pages[who].goto(addresses[who])
        pages[who].wait_for_selector("table.queue")
    township, county = pages["乡里的人"], pages["县里的人"]
    for _ in range(3):
        township.goto(township.url.split("?")[0] + "?status=open")
        press(township, "9")
        press(township, "Enter")
        township.wait_for_selector("text=记下了1条")
    county.goto(county.url.split("?")[0] + "?level=due")
    check("a county sees what its townships answered", county.locator("p.count strong").inner_text() == "3")
    picture(county, given, "page-review-queue.png")
    press(county, "a")
    county.wait_for_selector(".told")
    check("an answer is approved by one key", "审核通过了1条" in county.locator(".told").inner_text())
    check("and waits no more", county.locator("p.count strong").inner_text() == "2")
    number = county.locator("tr.at small").nth(1).inner_text().split(" ·")[0]
    press(county, "r")
    county.keyboard.type("没有入户照片")
    press(county, "Enter")
    county.wait_for_selector("text=退回了1条")
    check("one is returned by keys", county.locator("p.count strong").inner_text() == "1")
    township.goto(township.url.split("?")[0] + "?status=sent_back")
    row = township.locator("tr[data-href]")
    check("its township sees why", number in row.inner_text() and "没有入户照片" in row.inner_text())
    picture(township, given, "page-returned-queue.png")
    row.locator("a").click()
    township.wait_for_selector("table.records")
    check("on the case, too", "上级退回，原因：没有入户照片" in township.content())
    picture(township, given, "page-returned-case.png")
    check("a township has nothing to review", township.locator("#approve").count() == 0)


def draws(browser, check, addresses, given):
    """A county draws, and once more by the same seed."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(addresses["县里的人"])
    page.wait_for_selector("table.queue")
    page.locator("nav a", has_text="抽查").click()
    for told in ["抽出了2条", "同样的抽查已经有了"]:
        page.wait_for_selector("#draw")
        page.locator("input[name=number]").fill("2")
        page.locator("input[name=seed]").fill("7")
        page.locator("#draw button").click()
        page.wait_for_selector(f"text={told}")
        check(f"a draw says: {told}", page.locator("table.drawn tbody tr").count() == 2)
    picture(page, given, "page-draw.png")
    page.goto(page.url.split("/draw")[0] + "/progress")
    check("the board counts what was drawn", page.locator("tr.total td").nth(7).inner_text() == "2")
    picture(page, given, "page-progress-county.png")


def drive(play, check, program, out, given, before):
    server, addresses = serve(program, out, given)
    base = addresses["市里的人"].split("/#")[0]
    browser = play.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
    try:
        requests = []
        context = browser.new_context(viewport=SIZE, locale="zh-CN")
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        # A page that says what is wrong with an answer has a status of its own, which the browser notes.
        page.on("console", lambda line: errors.append(line.text)
                if line.type == "error" and "status of 4" not in line.text else None)

        page.goto(base + "/")
        check("without a token nothing is shown", "口令" in page.content() and "疑点类型" not in page.content())
        errors.clear()
        page.goto(addresses["市里的人"])
        page.wait_for_selector("table.queue")
        check("the token leaves the address bar", "#" not in page.url)
        picture(page, given, "page-queue.png")
        first = page.locator("p.count strong").inner_text()
        page.locator("aside a", has_text="S1").first.click()
        page.wait_for_load_state()
        narrowed = page.locator("p.count strong").inner_text()
        check("a facet narrows the queue", 0 < int(narrowed) < int(first))

        # One answer by keys: the next row, a verdict, what it needs, done.
        press(page, "j")
        number = page.locator("tr.at small").nth(1).inner_text().split(" ·")[0]
        press(page, "9")
        press(page, "Enter")
        page.wait_for_selector(".told")
        check("an answer takes three keys", "记下了1条" in page.locator(".told").inner_text())
        row = page.locator("tr", has_text=number)
        check("the row shows it", "无法核实" in row.inner_text())
        press(page, "u")
        page.wait_for_selector("text=撤销了")
        check("undone by a key", "无法核实" not in page.locator("tr", has_text=number).inner_text())

        # A verdict that needs a reason.
        press(page, "3")
        check("what a verdict needs is asked for", page.evaluate("document.activeElement.name") == "reason")
        press(page, "Escape")
        page.locator("#answers").evaluate("form => form.submit()")
        page.wait_for_load_state()
        check("a part that is missing is named", "没有记下" in page.locator(".told.bad").inner_text())

        # Enter within the choice of a reason records, once nothing is missing.
        page.goto(base + "/")
        page.wait_for_selector("tr.at")
        reasoned = page.locator("tr.at small").nth(1).inner_text().split(" · ")[0]
        press(page, "3")
        page.locator("select[name=reason]").select_option("其他")
        press(page, "Enter")
        check("a reason that says nothing asks for a note", page.evaluate("document.activeElement.name") == "note")
        page.locator("select[name=reason]").select_option("死亡")
        page.locator("select[name=reason]").focus()
        press(page, "Enter")
        page.wait_for_selector("text=记下了1条")
        row = page.locator("tr", has_text=reasoned)
        check("Enter in a choice records, and the row shows the reason", "不属实：死亡" in row.inner_text())
        press(page, "u")
        page.wait_for_selector("text=撤销了")

        # Several at once.
        page.goto(page.url.split("/answer")[0] + "/?severity=S1")
        page.locator("#all").check()
        count = page.locator("input[name=key]").count()
        page.locator("input[value='不属实']").check()
        page.locator("select[name=reason]").select_option("死亡")
        page.locator(".parts button").first.click()
        page.wait_for_selector(".told")
        check("several are answered at once", f"记下了{count}条" in page.locator(".told").inner_text())
        closed = page.locator("td.closed").count()
        page.locator("form[action='/undo'] button").click()
        page.wait_for_selector("text=撤销了")
        check("and undone at once", closed == count and page.locator("td.closed").count() == 0)

        # A case.
        page.locator("tr[data-href] a").first.click()
        page.wait_for_selector("table.records")
        check("a case shows the lists side by side", page.locator("table.records th.evidence").count() > 0)
        picture(page, given, "page-case.png")
        page.locator("input[value='属实']").check()
        page.locator("select[name=measure]").select_option("修正来源数据")
        page.locator("input[name=note]").fill("<script>alert(1)</script>")
        page.locator(".parts button").first.click()
        page.wait_for_selector("text=核查经过")
        check("what was written is shown as text", page.locator("article script").count() == 0)
        press(page, "Escape")
        page.wait_for_selector("table.queue")
        judge_pairs(page, check, base)
        page.goto(base + "/?status=by_cause")
        followed = page.locator("td.by_cause").count()
        page.goto(base + "/progress")
        counted = page.locator("tr.total td").nth(1).inner_text()
        check(f"the board counts it with the {followed} that follow from it: {counted}", counted == str(1 + followed))
        picture(page, given, "page-progress.png")
        check(f"no errors in the browser {errors or ''}".strip(), not errors)
        check("no request to anywhere else", all(url.startswith(base) for url in requests))

        seats(browser, check, addresses, base, first)
        reviews(browser, check, addresses, given)
        draws(browser, check, addresses, given)
        obeys(check, program, out, given, before)
        page.goto(base + "/")
        told = page.locator(".told.newer")
        check("a newer run is told on the page", told.count() == 1 and "新的一次运行" in told.inner_text())
        picture(page, given, "page-newer.png")
    finally:
        browser.close()
        server.terminate()
        server.wait()


def judge_pairs(page, check, base):
    """Two doubtful pairs: one person, and two."""
    page.goto(base + "/review")
    open_pairs = int(page.locator("p.count strong").inner_text())
    check("doubtful pairs are there, without a score", open_pairs > 2 and "权重" not in page.content())
    for key in ["1", "2"]:
        press(page, key)
        press(page, "Enter")
        page.wait_for_selector(".told")
    check("two pairs are judged by two keys each", int(page.locator("p.count strong").inner_text()) == open_pairs - 2)


def review_pairs(out):
    return table(out, "link")("count(*) from {table} where decision = 'review'")[0][0]


def obeys(check, program, out, given, before):
    """Runs the quarter again with what was judged."""
    quarter = max(path.name for path in out.iterdir() if re.fullmatch(r"\d{4}Q\d", path.name))
    words = [program, "run", given.pipeline, "--quarter", quarter, "--data", given.data / quarter, "--out", out, "--key-file",
             given.key_file, "--quiet"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    check(f"the quarter runs again {done.stderr if done.returncode else ''}".strip(), done.returncode == 0)
    after = review_pairs(out)
    check(f"the linker obeys: {before} doubtful pairs, then {after}", after <= before - 2)


def seats(browser, check, addresses, base, all_findings):
    """Who may see and do what, and requests that are none of the page's."""
    county = browser.new_context(viewport=SIZE).new_page()
    county.goto(addresses["县里的人"])
    county.wait_for_selector("table.queue")
    own = int(county.locator("p.count strong").inner_text())
    check("a county sees itself alone", 0 < own < int(all_findings))
    context = browser.new_context(viewport=SIZE)
    reader = context.new_page()
    reader.goto(addresses["看的人"])
    reader.wait_for_selector("table.queue")
    check("a reader has no form", reader.locator("#answer").count() == 0)
    key = reader.locator("input[name=key]").first.get_attribute("value")
    cookie = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())}
    body = f"key={key}&verdict=%E6%97%A0%E6%B3%95%E6%A0%B8%E5%AE%9E".encode()
    own_origin = {"Origin": base}
    check("and cannot answer", status(base + "/answer", cookie | own_origin, body) == 403)
    check("another page's request is refused", status(base + "/answer", cookie | {"Origin": "http://evil.example"}, body) == 403)
    check("one that names no origin, too", status(base + "/answer", cookie, body) == 403)
    check("another name of this machine is refused", status(base + "/", cookie | {"Host": "evil.example"}) == 403)
    check("without a token nothing is answered", status(base + "/answer", own_origin, body) == 403)
    frame = browser.new_context().new_page()
    frame.set_content(f"<iframe src='{addresses['看的人']}'></iframe>")
    frame.wait_for_timeout(500)
    check("no other page frames it", all("疑点类型" not in (one.content() if one != frame.main_frame else "") for one in frame.frames))


def picture(page, given, name):
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=given.pictures / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("publications", type=Path)
    parser.add_argument("--pipeline", type=Path, default=Path("pipelines/hebi"))
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("fixtures/hebi"))
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    if not browser_program():
        print("no Chromium on this machine: the page was not driven")
        return
    try:
        import duckdb  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ImportError as missing:
        sys.exit(f"{missing.name} is not installed: pip install -r scripts/requirements-page.txt -r scripts/requirements.txt")

    check = Checks()
    assets = Path(__file__).resolve().parents[1] / "src" / "page" / "assets"
    for name in ["page.css", "page.js"]:
        text = (assets / name).read_text(encoding="utf-8")
        new = too_new(text)
        check(f"{name} has nothing newer than Chromium 90 {new or ''}".strip(), not new)
    check("the script is short", len((assets / "page.js").read_bytes()) <= 15_000)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        out = Path(folder) / "out"
        shutil.copytree(given.publications, out, symlinks=True, ignore=shutil.ignore_patterns("answers"))
        begun = time.monotonic()
        before = review_pairs(out)
        drive(play, check, given.program.resolve(), out, given, before)
        print(f"{time.monotonic() - begun:.0f} s")
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
