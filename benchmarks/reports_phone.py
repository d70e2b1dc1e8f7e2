"""The reporter's first page on a slow line, and the proof of work on a cheap phone.

Run beside throwaway services, with Chromium installed:
python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/reports_phone.py

A real server answers; Chromium slows the line and its own main thread down. Nothing is
kept between visits. There is no TLS on the line, which costs two round trips more.
"""

import os
import sys
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright  # noqa: E402

from benchmarks.reports_http import PORT  # noqa: E402
from benchmarks.serving import served  # noqa: E402
from benchmarks.tips import prepare  # noqa: E402
from reports.proof import PIECE_BITS, PIECES  # noqa: E402

ADDRESS = f"http://127.0.0.1:{PORT}"
PHONE: Any = {"viewport": {"width": 360, "height": 640}, "base_url": ADDRESS}
LATENCY = 0.4
BYTES_A_SECOND = 400_000 / 8
VISITS, FILINGS = 7, 5
FORWARD = "div.actions button[value=next]"

# What was painted when, and what came over the line until then.
SEEN = """async () => {
  const [page] = performance.getEntriesByType("navigation");
  let first;
  while (!([first] = performance.getEntriesByName("first-contentful-paint"))[0])
    await new Promise((go) => setTimeout(go, 20));
  const parts = [page, ...performance.getEntriesByType("resource")];
  const sum = (kinds) => parts
    .filter((one) => kinds.test(one.name) || kinds.test(one.initiatorType))
    .reduce((sum, one) => sum + one.transferSize, 0);
  return {
    painted: first.startTime / 1000,
    usable: Math.max(first.startTime, page.domContentLoadedEventEnd) / 1000,
    needed: sum(/navigation|\\.css/),
    scripts: sum(/\\.js/),
    all: sum(/./),
    requests: parts.length,
  };
}"""

# A beat each 20 ms, when the work was done, and how long a key that was pressed took.
# The work begins as soon as the page is read to its end.
WATCH = """
globalThis.gap = 0;
globalThis.slowest = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  globalThis.gap = Math.max(globalThis.gap, now - last);
  last = now;
  if (globalThis.spent || !document.querySelector("[data-proof] [name=proof]")?.value)
    return;
  const [page] = performance.getEntriesByType("navigation");
  globalThis.spent = (now - page.domInteractive) / 1000;
}, 20);
new PerformanceObserver((list) => {
  for (const one of list.getEntries())
    globalThis.slowest = Math.max(globalThis.slowest, one.duration);
}).observe({ type: "event", durationThreshold: 16 });
"""


def slowed(page: Page, *, line: bool, rate: int) -> CDPSession:
    session = page.context.new_cdp_session(page)
    if line:
        session.send("Network.enable")
        conditions = {
            "offline": False,
            "latency": LATENCY * 1000,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        }
        session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    return session


def first_page(browser: Browser, *, line: bool, rate: int) -> None:
    seen = []
    for _visit in range(VISITS):
        context = browser.new_context(**PHONE)
        page = context.new_page()
        slowed(page, line=line, rate=rate)
        page.goto("/kk/report/", wait_until="networkidle", timeout=120_000)
        seen.append(page.evaluate(SEEN))
        context.close()
    one = seen[0]
    name = f"{'slow' if line else 'bare'} line, processor 1/{rate}"
    print(f"{name}: {one['requests']} requests, {one['all']:.0f} bytes,", end=" ")
    print(f"{one['needed']:.0f} before it is painted")
    # The page, and what it names: each is asked for and then comes.
    floors = {
        "painted": 2 * LATENCY + one["needed"] / BYTES_A_SECOND,
        "usable": 2 * LATENCY + (one["needed"] + one["scripts"]) / BYTES_A_SECOND,
    }
    for what, floor in floors.items():
        spent = [visit[what] for visit in seen]
        print(
            f"  {what}: median {median(spent):.2f} s, worst {max(spent):.2f};", end=" "
        )
        ratio = f"{median(spent) / floor:.2f}" if line else "none"
        print(f"the line alone {floor:.2f}, ratio {ratio}")


def go_on(page: Page) -> None:
    with page.expect_navigation():
        page.locator(FORWARD).click()


def to_last_question(page: Page) -> None:
    page.goto("/kk/report/write/")
    page.check("input[value=theft]")
    page.fill("textarea[name=what]", "Бюджет ақшасы")
    go_on(page)
    go_on(page)
    page.check("input[name=danger][value=no]")
    go_on(page)
    go_on(page)


def processor_seconds(browser: Browser) -> float:
    """Return what all pages of the browser have used of the processor so far."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(one["cpuTime"] for one in found if one["type"] == "renderer"))


def proof(browser: Browser, rate: int) -> None:
    spent, used, speeds, gaps, keys = [], [], [], [], []
    for _filing in range(FILINGS):
        context = browser.new_context(**PHONE)
        page = context.new_page()
        page.add_init_script(WATCH)
        to_last_question(page)
        slowed(page, line=False, rate=rate)
        before = processor_seconds(browser)
        go_on(page)
        while not page.evaluate("globalThis.spent"):
            page.keyboard.press("Tab")
        used.append(processor_seconds(browser) - before)
        found = page.evaluate(
            "[spent, Number(document.querySelector('[name=proof]').value.split(',').pop()),"
            " gap, slowest]"
        )
        spent.append(found[0])
        speeds.append(found[1] / found[0])
        gaps.append(found[2])
        keys.append(found[3])
        context.close()
    speed = median(speeds)
    print(f"proof of work, processor 1/{rate}: {speed:.0f} hashes a second,", end=" ")
    print(f"so {PIECES * 2**PIECE_BITS / speed:.2f} s on average;", end=" ")
    print(f"measured: median {median(spent):.2f} s, worst {max(spent):.2f};", end=" ")
    print(f"processor {median(used):.2f} s, worst {max(used):.2f}")
    print(f"  the page's longest silence: median {median(gaps):.0f} ms,", end=" ")
    print(f"worst {max(gaps):.0f}; slowest key {max(keys):.0f} ms")


if __name__ == "__main__":
    prepare()
    call_command("compile_catalogues", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    connection.close()
    with served("portal.wsgi:application", PORT), sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        for line, rate in ((False, 1), (False, 4), (True, 1), (True, 4), (True, 6)):
            first_page(browser, line=line, rate=rate)
        for rate in (1, 4, 6):
            proof(browser, rate)
        browser.close()
