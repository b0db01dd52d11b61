#!/usr/bin/env python3
"""Shows a publication in Apache Superset: dashboard, ten questions, picture; then all of it is gone.

    scripts/superset/show.py PUBLICATION [--picture FILE.png] [--cache FOLDER] [--leave]

Installs Superset with DuckDB into a venv of its own (default ~/.cache/bidui/superset; the versions of requirements.txt) and starts
it on 127.0.0.1 with a random secret and password, everything it keeps in a temporary folder. Loads `definition/`: the database
(the publication's own `bi/tables.duckdb`, opened to be read), a dataset, charts, and the dashboard with filters by period, county,
township and rule. Asks the questions of `bi/questions` by Superset's API and holds the answers against DuckDB's own. Opens
the dashboard in a headless Chromium (one must be on the machine), waits until all charts are drawn, refuses one that
tells an error, tries the filters, and takes the picture. Ends the server and deletes the folder; --leave waits for Enter first.
Exits 1 if anything did not hold.
"""

import argparse
import hashlib
import http.cookiejar
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
START_SECONDS = 180


def install(folder):
    """The venv's folder of programs."""
    mark = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = folder / "requirements.sha256"
    if not stamp.is_file() or stamp.read_text() != mark:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], check=True)
        stamp.write_text(mark)
    return folder / "bin"


def definition(work, publication):
    """The dashboard as an archive, its database named."""
    database = work / "tables.duckdb"
    shutil.copy(publication / "bi/tables.duckdb", database)
    archive = work / "definition.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted((HERE / "definition").rglob("*.yaml")):
            text = path.read_text("utf-8")
            if path.parent.name == "databases":
                # As JSON texts, which are YAML too.
                text = text.replace("duckdb:///DATABASE", f"duckdb:///{database}").replace("PUBLICATION", json.dumps(str(publication)))
            if path.parent.name == "dashboards":
                text = text.replace("PERIOD", newest_period(publication))
            file.writestr(f"bidui/{path.relative_to(HERE / 'definition')}", text)
    return archive


def newest_period(publication):
    """The period that the dashboard shows first: the latest of those beside the publication, which `history` has all."""
    return max(folder.name for folder in publication.resolve().parents[1].iterdir() if (folder / "latest").exists())


class Superset:
    """A server in a folder, until it is stopped."""

    def __init__(self, programs, work):
        self.programs, self.work = programs, work
        self.password = secrets.token_urlsafe(18)
        self.environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"), "FLASK_APP": "superset",
                            "BIDUI_SUPERSET_FOLDER": str(work), "BIDUI_SUPERSET_SECRET": secrets.token_urlsafe(42),
                            "SUPERSET_HOME": str(work), "PYTHONDONTWRITEBYTECODE": "1"}
        self.log = open(work / "superset.log", "w", encoding="utf-8")
        self.server = None

    def command(self, *words):
        done = subprocess.run([self.programs / "superset", *words], cwd=self.work, env=self.environment,
                              stdout=self.log, stderr=subprocess.STDOUT)
        if done.returncode:
            self.log.flush()
            print("\n".join((self.work / "superset.log").read_text("utf-8").splitlines()[-20:]), file=sys.stderr)
            sys.exit(f"superset {words[0]} ended with {done.returncode}")

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.server = subprocess.Popen([self.programs / "superset", "run", "-h", "127.0.0.1", "-p", str(port), "--with-threads"],
                                       cwd=self.work, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            if self.server.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=5):
                    return
            except OSError:
                time.sleep(1)
        sys.exit("the server did not start: " + (self.work / "superset.log").read_text("utf-8")[-2000:])

    def stop(self):
        if self.server is not None and self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.server.pid, signal.SIGKILL)
                self.server.wait()
        self.log.close()


class Api:
    """Superset's API, as whoever has logged in."""

    def __init__(self, server):
        self.server = server
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open
        self.headers = {"Content-Type": "application/json"}
        answer = self.call("/api/v1/security/login",
                           {"username": "admin", "password": server.password, "provider": "db", "refresh": False})
        self.headers["Authorization"] = f"Bearer {answer['access_token']}"
        self.headers["X-CSRFToken"] = self.call("/api/v1/security/csrf_token/")["result"]
        self.headers["Referer"] = server.address

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server.address + path, data, self.headers)
        try:
            with self.open(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{path}: {error.code} {error.read()[:500].decode('utf-8', 'replace')}")


def plain(value):
    """A value as both sides write it: numbers as numbers, all else as text."""
    if value is None or isinstance(value, int):
        return value
    try:
        return round(float(value), 6)
    except ValueError:
        return str(value)


def ask(api, programs, publication):
    """The ten questions, by Superset and by DuckDB: what differs in words, and how many exceptions are open."""
    own = """
import duckdb, json, sys
db = duckdb.connect(sys.argv[1] + "/bi/tables.duckdb", read_only=True)
db.execute("SET file_search_path = '" + sys.argv[1].replace("'", "''") + "'")
names = [n for n, in db.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'question' ORDER BY 1").fetchall()]
newest = db.execute("SELECT sum(is_open) FROM history.fact_exception WHERE quarter = ?", [sys.argv[2]]).fetchone()[0]
print(json.dumps([int(newest), {n: db.execute("SELECT * FROM question." + n).fetchall() for n in names}], default=str))
"""
    done = subprocess.run([programs / "python", "-c", own, publication, newest_period(publication)], check=True, stdout=subprocess.PIPE)
    open_count, wanted = json.loads(done.stdout)
    database = api.call("/api/v1/database/")["result"][0]["id"]
    faults = [] if len(wanted) == 10 else [f"{len(wanted)} questions, not 10"]
    for name, rows in wanted.items():
        answer = api.call("/api/v1/sqllab/execute/", {"database_id": database, "sql": f"SELECT * FROM question.{name}",
                                                      "runAsync": False, "schema": "question", "queryLimit": 10000})
        columns = [column["column_name"] for column in answer["columns"]]
        found = [[plain(row[column]) for column in columns] for row in answer["data"]]
        if found != [[plain(value) for value in row] for row in rows]:
            faults.append(f"{name}: Superset has {found[:2]}, DuckDB {rows[:2]}")
        print(f"{name}: {len(found)} rows", flush=True)
    return faults, open_count


def look(address, password, wanted, picture):
    """Opens the dashboard as a browser shows it, whose first figure is to be `wanted`; what is wrong with it in words. Runs in
    the venv."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)
    if not program:
        return ["no Chromium on this machine"]
    faults, foreign = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1600, "height": 1640}, locale="zh-CN").new_page()
        page.set_default_timeout(180_000)
        # What the page's own policy forbids is not asked for.
        for event in ["requestfinished", "requestfailed"]:
            page.on(event, lambda request: request.url.startswith((address, "data:", "blob:")) or request.failure == "csp"
                    or foreign.append(f"{request.url} {request.failure}"))
        page.goto(f"{address}/login/")
        page.locator("input[name=username], #username").first.fill("admin")
        page.locator("input[name=password], #password").first.fill(password)
        page.locator("button[type=submit], input[type=submit]").first.click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{address}/superset/dashboard/bidui/")
        wait_for_charts(page)
        charts = page.locator(".dashboard-chart").count()
        for error in page.locator(".ant-alert-error, [data-test=error-alert], .missing-chart-container").all_inner_texts():
            faults.append(f"a chart tells: {error}")
        if charts != len(list((HERE / "definition/charts").iterdir())):
            faults.append(f"{charts} charts")
        before = total(page)
        if before != int(wanted):
            faults.append(f"{before} open exceptions, not {wanted}")
        names = page.locator("[data-test=filter-control-name]").all_inner_texts()
        for title in ["期间", "县（区）", "乡镇（街道）", "规则"]:
            if not any(title in name for name in names):
                faults.append(f"no filter by {title}: {names}")
        if picture:
            page.screenshot(path=picture)
        faults += try_filter(page, before)
        browser.close()
    faults += [f"a request to {url}" for url in foreign[:3]]
    print(f"dashboard: {charts} charts, filters {', '.join(name.strip() for name in names)}, {before} open exceptions")
    return faults


def wait_for_charts(page):
    """Until no chart of the page waits for data, for two seconds running."""
    page.wait_for_selector(".dashboard-chart, [data-test=chart-container]")
    quiet, began = 0, time.monotonic()
    while quiet < 4 and time.monotonic() - began < 240:
        page.wait_for_timeout(500)
        quiet = 0 if page.locator(".loading, [data-test=loading-indicator], .ant-skeleton").count() else quiet + 1


def total(page):
    """The number of the first figure."""
    text = page.locator(".superset-legacy-chart-big-number .header-line, .header-line").first.inner_text()
    return int("".join(c for c in text if c.isdigit()) or -1)


def try_filter(page, before):
    """A county chosen makes the first figure smaller."""
    county = page.locator("[data-test=form-item-value]").nth(1)
    county.click()
    options = page.locator(".ant-select-dropdown:visible .ant-select-item-option")
    options.first.wait_for()
    chosen = options.first.inner_text()
    options.first.click()
    page.keyboard.press("Escape")
    page.locator("[data-test=filter-bar__apply-button]").click()
    page.wait_for_timeout(1500)
    wait_for_charts(page)
    after = total(page)
    print(f"filtered by {chosen}: {after}")
    return [] if 0 < after < before else [f"a filter by {chosen} left {after} of {before}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--picture", type=Path)
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bidui/superset"
    parser.add_argument("--cache", type=Path, default=default)
    parser.add_argument("--leave", action="store_true")
    given = parser.parse_args()
    publication = given.publication
    publication = (publication if (publication / "manifest.json").exists() else publication / "latest").absolute()

    began = time.monotonic()
    programs = install(given.cache.absolute())
    print(f"installed in {time.monotonic() - began:.0f} s", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="bidui-superset-") as folder:
        work = Path(folder)
        server = Superset(programs, work)
        try:
            archive = definition(work, publication)
            server.command("db", "upgrade")
            server.command("init")
            server.command("fab", "create-admin", "--username", "admin", "--firstname", "bidui", "--lastname", "示例",
                           "--email", "a@example.com", "--password", server.password)
            server.command("import-dashboards", "--path", str(archive), "--username", "admin")
            server.start()
            print(f"started after {time.monotonic() - began:.0f} s", file=sys.stderr)
            faults, open_count = ask(Api(server), programs, publication)
            # The browser is driven by the venv's Python.
            call = f"import sys; sys.path.insert(0, {str(HERE)!r}); import show; faults = show.look(*sys.argv[1:]); " \
                   "print('\\n'.join(faults), file=sys.stderr); sys.exit(bool(faults))"
            picture = str(given.picture.absolute()) if given.picture else ""
            done = subprocess.run([programs / "python", "-c", call, server.address, server.password, str(open_count), picture])
            if done.returncode:
                faults.append("the dashboard is not as it should be")
            if given.leave:
                input(f"{server.address}/superset/dashboard/bidui/  admin  {server.password}  Enter ends it ")
        finally:
            server.stop()
            shutil.copy(work / "superset.log", given.cache.absolute() / "superset.log")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"done after {time.monotonic() - began:.0f} s", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
