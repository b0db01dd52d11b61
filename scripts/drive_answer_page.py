#!/usr/bin/env python3
"""Drives a township's page (`lists/<county>/<township>.html`) in a real browser, from a folder as from a stick.

    drive_answer_page.py PROGRAM PUBLICATIONS --key-file FILE [--pipeline FOLDER] [--pictures FOLDER]

PUBLICATIONS: an output folder of `bidui run`; it is copied, so nothing is answered in it. With Chromium, headless, file://, at 1366 × 768: the
largest page of the newest quarter is opened; eight rows are answered, by keys and by hand, one undone; the page is loaded again and knows
them; saved, imported, accepted; a file that lost a row, one that was edited and one with another key get a report that names them; without
storage the page warns before it is left, and opens what was saved, but no file that lost a row; nothing is asked of any network; it prints on A4; nothing newer than Chromium 90 stands in style and
script. Prints a line for each, exits 1 if one does not hold. Needs `playwright`; without a Chromium it says so and exits 0.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from drive_page import SIZE, Checks, browser_program, pages_of, picture, too_new

NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('off') }})"


def largest_page(out):
    run = sorted(out.glob("*/latest"))[-1].resolve()
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    pages = [one for one in manifest["outputs"] if one["path"].endswith(".html") and one["path"].startswith("lists/")]
    return run / max(pages, key=lambda one: (one["rows"], one["path"]))["path"]


def imported(given, out, file):
    words = [given.program, "triage", "import", file, "--out", out, "--pipeline", given.pipeline, "--key-file", given.key_file,
             "--by", "操作员", "--format", "json"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    try:
        told = json.loads(done.stdout)
    except json.JSONDecodeError:
        told = {}
    return done.returncode, told, done.stderr


def answer(page):
    """Eight rows: some by keys, some by hand."""
    page.fill("#by", "罗德合")
    page.keyboard.press("Tab")
    page.fill("#on", "2018-12-31" if "2018Q4" in page.title() else "2018-10-20")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    for _ in range(4):
        page.keyboard.press("9")
        page.keyboard.press("j")
    row = page.locator("tr.f.at")
    page.keyboard.press("3")
    focus = page.evaluate("document.activeElement.name")
    row.locator("[name=reason]").select_option("其他")
    lacking = row.locator(".lack").inner_text()
    row.locator("[name=note]").fill('<b>见到本人</b>，"一家三口"')
    page.keyboard.press("Escape")
    for at in range(5, 8):
        row = page.locator("tr.f").nth(at)
        row.locator("[name=verdict]").select_option("属实")
        row.locator("[name=measure]").select_option("追缴")
        row.locator("[name=recovered]").fill("1200.50")
        page.keyboard.press("Tab")
    return focus, lacking


def drive(play, check, given, out, folder):
    source = largest_page(out)
    stick = folder / "U盘"
    stick.mkdir()
    shutil.copy(source, stick / source.name)
    address = (stick / source.name).as_uri()
    browser = play.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
    try:
        context = browser.new_context(viewport=SIZE, locale="zh-CN", accept_downloads=True)
        page, requests, errors = context.new_page(), [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(address)
        page.wait_for_selector("tr.f.at")
        rows = page.locator("tr.f").count()
        count = page.locator("#count")
        check(f"the page has its rows: {rows}", rows > 8 and f"未填{rows}条" in count.inner_text())
        picture(page, given, "answer-page.png")
        seen = page.evaluate("Array.from(document.querySelectorAll('tr.f')).filter(r => r.getBoundingClientRect().bottom <= innerHeight).length")
        check(f"the first screen shows several findings: {seen}", seen >= 6)
        focus, lacking = answer(page)
        check(f"a reason that says nothing asks for a note: {lacking}", "备注" in lacking)
        check("what a verdict needs is asked for", focus == "reason")
        check(f"eight are filled: {count.inner_text()}", "已填8条" in count.inner_text() and f"未填{rows - 8}条" in count.inner_text())
        picture(page, given, "answer-page-filled.png")
        page.locator("tr.f").nth(8).locator("[name=verdict]").select_option("部分属实")
        check("what is lacking is told", "还缺：处理措施、备注" in page.locator("tr.f").nth(8).inner_text())
        page.locator("#undo").click()
        alone = page.locator("tr.f[data-one]").last
        before = alone.locator("[name=verdict]").input_value()
        alone.locator("[name=verdict]").select_option("不是同一人")
        check("one record cannot be said to be several persons'", "没有把几条记录认作一个人" in alone.inner_text())
        alone.locator("[name=verdict]").select_option(before)
        page.evaluate("document.activeElement.blur()")
        check("undone", "已填8条" in count.inner_text() and "没填全" not in count.inner_text())
        page.reload()
        page.wait_for_selector("tr.f.at")
        check("kept over a reload", "已填8条" in count.inner_text())
        with page.expect_download() as saving:
            page.evaluate("document.activeElement.blur()")
            page.keyboard.press("s")
        saved = folder / saving.value.suggested_filename
        saving.value.save_as(saved)
        check(f"saved as {saved.name}", saved.name.startswith("答复_") and saved.name.endswith(".csv"))

        text = saved.read_text(encoding="utf-8-sig")
        lines = text.split("\n")
        damaged = folder / "少一行.csv"
        damaged.write_text("\n".join(lines[:-2]) + "\n", encoding="utf-8-sig")
        code, told, err = imported(given, out, damaged)
        check("a file that lost a row is refused by its name", code == 2 and "答复文件不完整" in err and "少一行.csv" in err)
        key = re.search(r"K([0-9A-Z]{26})", text).group(0)
        other = folder / "改过键.csv"
        other.write_text(text.replace(key, key[:-4] + "0000"), encoding="utf-8-sig")
        code, told, err = imported(given, out, other)
        told_rows = told.get("files", [{}])[0]
        check("another key is no row's, and the change is told", code == 1 and "校验不符" in str(told_rows.get("notes")) and
              told["total"]["unknown_key"] + told["total"]["disagreeing"] == 1)
        fresh = folder / "fresh"
        shutil.copytree(given.publications, fresh, symlinks=True, ignore=shutil.ignore_patterns("answers"))
        code, told, err = imported(given, fresh, saved)
        check(f"imported: {told.get('total')} {err}".strip(), code == 0 and told["total"]["accepted"] == 8)
        check("and it is what the page saved", "校验不符" not in str(told["files"][0]["notes"]))
        code, told, err = imported(given, fresh, saved)
        check("the same again changes nothing", code == 0 and told["total"]["unchanged"] == 8)
        edited = folder / "改过.csv"
        edited.write_text(text.replace("无法核实", "转办", 1), encoding="utf-8-sig")
        code, told, err = imported(given, fresh, edited)
        check("an edited one is looked at row by row", code == 1 and told["total"]["faulty"] == 1 and "校验不符" in str(told["files"][0]["notes"]))

        pdf = folder / "page.pdf"
        page.pdf(path=pdf, format="A4", landscape=True, prefer_css_page_size=True)
        pages = pages_of(pdf.read_bytes())
        check(f"prints on {pages} pages", 0 < pages < rows)
        check(f"no errors in the browser {errors or ''}".strip(), not errors)
        check("no request to any network", all(url.startswith(("file:", "blob:")) for url in requests))

        without = browser.new_context(viewport=SIZE, accept_downloads=True)
        page, asked = without.new_page(), []
        page.add_init_script(NO_STORAGE)
        page.on("dialog", lambda dialog: (asked.extend([dialog.type, dialog.message]), dialog.accept()))
        page.goto(address)
        page.wait_for_selector("tr.f.at")
        check("without storage it says so", page.locator("#unstored").is_visible())
        opened = page.locator("#open")
        with page.expect_event("dialog"):
            opened.set_input_files(damaged)
        check("a file that lost a row is not opened", "答复文件不完整" in str(asked) and "已填0条" in page.locator("#count").inner_text())
        opened.set_input_files(edited)
        page.locator("#told", has_text="校验不符").wait_for()
        check("one that was edited is opened, and told", page.locator("#told").inner_text().startswith("打开了8条。"))
        opened.set_input_files(saved)
        page.locator("#told", has_text=re.compile("打开了8条。$")).wait_for()
        check("answers that were saved are opened again", "已填8条" in page.locator("#count").inner_text())
        page.locator("tr.f").nth(9).locator("[name=verdict]").select_option("无法核实")
        page.goto("about:blank")
        check("and warns before it is left", "beforeunload" in asked)
    finally:
        browser.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("publications", type=Path)
    parser.add_argument("--pipeline", type=Path, default=Path("pipelines/hebi"))
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    if not browser_program():
        print("no Chromium on this machine: the page was not driven")
        return
    from playwright.sync_api import sync_playwright

    check = Checks()
    assets = Path(__file__).resolve().parents[1] / "src" / "publish" / "lists"
    for name in ["answer_page.css", "answer_page.js"]:
        text = (assets / name).read_text(encoding="utf-8")
        new = too_new(text)
        check(f"{name} has nothing newer than Chromium 90 {new or ''}".strip(), not new)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        folder = Path(folder)
        shutil.copytree(given.publications, folder / "out", symlinks=True, ignore=shutil.ignore_patterns("answers"))
        begun = time.monotonic()
        drive(play, check, given, folder / "out", folder)
        print(f"{time.monotonic() - begun:.0f} s")
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
