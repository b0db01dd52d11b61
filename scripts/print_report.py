#!/usr/bin/env python3
"""Prints the reports of publications as a leader would, and looks at their first screens.

    print_report.py PUBLICATION... [--pictures FOLDER] [--pages N]

PUBLICATION: a run's or a period's folder, `out/2018Q4`. With Chromium, headless: `report.html` takes at most eight pages of A4
(--pages); the first screen at 1366 × 768 holds the headline, counties, townships, who is
late and money, with nothing cut off; a rule of `appendix.html` begins a page; neither page asks for anything else. Prints a line
for each, exits 1 if one does not hold. Needs `playwright` (scripts/requirements-page.txt) and a Chromium on the machine; without one
it says so and exits 0.
"""

import argparse
import sys
from pathlib import Path

from drive_page import SIZE, Checks, browser_program, pages_of, picture, too_new

# What the first screen answers.
FIRST = {".verdict": "better or worse", "#counties": "where", "#ranking": "townships", "#late": "who is late", ".cards": "money"}


def look_at_report(page, check, name, given):
    answers = page.evaluate(
        """names => Object.fromEntries(names.map(name => {
            const found = document.querySelector(name);
            const at = found && found.getBoundingClientRect();
            return [name, at ? [at.bottom, at.right, found.innerText.trim().length] : null];
        }))""",
        list(FIRST),
    )
    for selector, answers_what in FIRST.items():
        at = answers[selector]
        shown = at is not None and at[0] <= SIZE["height"] and at[1] <= SIZE["width"] and at[2] > 5
        check(f"{name}: {answers_what} on the first screen", shown)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    check(f"{name}: nothing stands beyond the right edge", wider <= 0)
    small = page.evaluate(
        "Math.min(...[...document.querySelectorAll('#first *')].map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    check(f"{name}: the smallest letters of the first screen have {small:g} pixels", small >= 11)
    picture(page, given, f"{name}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publications", type=Path, nargs="+")
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--pages", type=int, default=8)
    given = parser.parse_args()
    if not browser_program():
        print("no Chromium on this machine: the report was not printed")
        return
    from playwright.sync_api import sync_playwright

    check = Checks()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
        for publication in given.publications:
            folder = publication if (publication / "report.html").is_file() else publication / "latest"
            name = f"report-{publication.name}"
            page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
            requests = []
            page.on("request", lambda request, requests=requests: requests.append(request.url))
            for file in ["report.html", "appendix.html"]:
                page.goto((folder.resolve() / file).as_uri())
                style = page.evaluate("[...document.querySelectorAll('style')].map(one => one.textContent).join('\\n')")
                new = too_new(style)
                check(f"{name}: {file} has nothing newer than Chromium 90 {new or ''}".strip(), not new)
                if file == "report.html":
                    look_at_report(page, check, name, given)
                rules = page.locator(".rule-page").count()
                document = page.pdf(prefer_css_page_size=True, print_background=True)
                pages = pages_of(document)
                if given.pictures:
                    (given.pictures / f"{name}-{file}.pdf").write_bytes(document)
                if file == "report.html":
                    check(f"{name}: {pages} pages of A4, {given.pages} at most", 0 < pages <= given.pages)
                else:
                    check(f"{name}: {pages} pages for the {rules} rules of the appendix", pages > rules > 0)
            check(f"{name}: no request to anywhere else", len(requests) == 2 and all(url.startswith("file:") for url in requests))
        browser.close()
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
