"""Reports over HTTP: fifty at once, a flood, and receipts that open nothing.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/reports_http.py

A real server process answers; each filing goes the whole way of a reporter with scripts.
"""

import hashlib
import http.client
import os
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("VAULT_MEMORY_MIB", "8")
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.serving import served  # noqa: E402
from benchmarks.tips import prepare  # noqa: E402
from reports.models import Tip  # noqa: E402
from reports.proof import PIECES, is_piece_worked  # noqa: E402
from reports.receipts import new_receipt  # noqa: E402
from reports.services.visits import open_by_receipt  # noqa: E402

PORT, BARE_PORT = 8311, 8312
AT_ONCE, ROUNDS = 50, 20
BOTS, GENUINE = 1000, 40
SAMPLES = 200
TEXT = "Бюджет ақшасы " * 400
RECEIPT = re.compile(r'class="receipt">([^<]+)<')
FORM = re.compile(r'data-proof="([0-9a-f]+)"')
NORMAL = statistics.NormalDist()


class Browser:
    """One connection that stays open."""

    def __init__(self, port: int = PORT) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, "", {})

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields), kind)

    def _ask(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, str]:
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        return answer.status, answer.read().decode()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise SystemExit(f"A page without {name}: {page[:300]}")
    return unescape(found[1])


class Filing:
    """A report on its way: written to its last page, then sent."""

    def __init__(self) -> None:
        self.browser = Browser()
        _status, self.page = self.browser.get("/kk/report/write/")
        self.step(subject="theft", what=TEXT)
        self.step(when="2026")
        self.step(who="director")
        self.step(is_named="no")
        self.step()
        self.work = worked(bytes.fromhex(FORM.search(self.page)[1]))  # type: ignore[index]

    def step(self, **fields: str) -> int:
        state = {name: hidden(self.page, name) for name in ("draft", "step")}
        sent = {**state, "action": "next", **fields}
        status, self.page = self.browser.post("/kk/report/write/", sent)
        return status

    def send(self) -> tuple[float, str]:
        """Return the seconds it took and the receipt, or nothing for a refusal."""
        begun = time.perf_counter()
        self.step(proof=self.work)
        spent = time.perf_counter() - begun
        found = RECEIPT.search(self.page)
        return spent, found[1] if found else ""


def worked(form: bytes) -> str:
    found = (
        next(str(n) for n in count() if is_piece_worked(form, piece, str(n)))
        for piece in range(PIECES)
    )
    return ",".join(found)


def fifty_at_once() -> list[str]:
    """File fifty reports in the same moment, twenty times."""
    before, receipts, spent = Tip.objects.count(), list[str](), list[float]()
    busy = 0.0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _round in range(ROUNDS):
            waiting = list(pool.map(lambda _number: Filing(), range(AT_ONCE)))
            gate = threading.Barrier(AT_ONCE, timeout=60)

            def go(filing: Filing, gate: threading.Barrier = gate) -> tuple[float, str]:
                gate.wait()
                return filing.send()

            begun = time.perf_counter()
            for seconds, receipt in pool.map(go, waiting):
                spent.append(seconds)
                receipts.append(receipt)
            busy += time.perf_counter() - begun
    kept = [receipt for receipt in receipts if receipt]
    stored = Tip.objects.count() - before
    total = AT_ONCE * ROUNDS
    print(f"{ROUNDS} × {AT_ONCE} at once: {total - len(kept)} errors,", end=" ")
    print(f"{len(kept) - len(set(kept))} double, {len(kept) - stored} lost")
    print(f"sent and sealed: {total / busy:.0f} /s, p50 {middle(spent):.2f} s", end=" ")
    print(f"p95 {sorted(spent)[int(0.95 * total)]:.2f} s, worst {max(spent):.2f} s")
    opened = sum(open_by_receipt(receipt) is not None for receipt in kept[::20])
    print(f"of every twentieth receipt {opened} of {len(kept[::20])} open")
    return kept


def middle(values: list[float]) -> float:
    return statistics.median(values)


def bare() -> None:
    """Ask a view that does nothing by the same client: what HTTP alone allows."""
    with served("benchmarks.bare:application", BARE_PORT):

        def ask(count: int) -> None:
            browser = Browser(BARE_PORT)
            for _ in range(count):
                browser.get("/")

        begun = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(ask, [ROUNDS * 4] * AT_ONCE))
        total = AT_ONCE * ROUNDS * 4
        print(f"the bare endpoint: {total / (time.perf_counter() - begun):.0f} /s")


def flood() -> None:
    """File genuinely while bots do, at a rate of an hour's thousand and as fast as can be."""
    alone = [Filing().send()[0] for _ in range(GENUINE)]
    print(f"genuine, alone: p50 {middle(alone):.3f} s, worst {max(alone):.3f} s")
    for name, pause in (("1,000 an hour", 3600 / BOTS), ("as fast as can be", 0.0)):
        stop, sent = threading.Event(), list[float]()

        def bot(
            stop: threading.Event = stop,
            sent: list[float] = sent,
            pause: float = pause,
        ) -> None:
            while not stop.is_set():
                sent.append(Filing().send()[0])
                stop.wait(pause)

        thread = threading.Thread(target=bot)
        thread.start()
        begun = time.perf_counter()
        beside = [paced() for _ in range(GENUINE)]
        stop.set()
        thread.join(120)
        an_hour = len(sent) / (time.perf_counter() - begun) * 3600
        print(f"beside bots, {name} ({an_hour:.0f} an hour):", end=" ")
        print(f"p50 {middle(beside):.3f} s, worst {max(beside):.3f} s;", end=" ")
        print(f"worst delay {max(beside) - middle(alone):.3f} s")


def paced() -> float:
    spent, receipt = Filing().send()
    if not receipt:
        raise SystemExit("A genuine report was refused")
    return spent


def receipts_alike(kept: list[str]) -> None:
    """Compare how long receipts take that open nothing: malformed, unknown, ended."""
    ended = kept[:SAMPLES]
    for receipt in ended:
        visit = open_by_receipt(receipt)
        assert visit is not None
        today = timezone.localdate()
        Tip.objects.filter(pk=visit.tip.pk).update(
            state="closed", outcome="confirmed", closed_on=today, erase_on=today
        )
    kinds: dict[str, Callable[[int], str]] = {
        "wrong": lambda number: f"{number:024d}",
        "unknown": lambda number: new_receipt(),
        "ended": lambda number: ended[number],
    }
    browser, answers = Browser(), set[tuple[int, str]]()
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(SAMPLES):
        # Another order each time, so that no kind always comes after the same one.
        for kind in sorted(kinds, key=lambda kind: hashlib.sha256(
            f"{kind}{number}".encode()).digest()):  # fmt: skip
            text = kinds[kind](number)
            begun = time.perf_counter()
            status, page = browser.post("/kk/report/receipt/", {"receipt": text})
            times[kind].append(time.perf_counter() - begun)
            answers.add((status, page))
    print(f"{3 * SAMPLES} receipts that open nothing: {len(answers)} kind of answer")
    for kind, other in (("wrong", "unknown"), ("unknown", "ended"), ("wrong", "ended")):
        shown = ", ".join(
            f"{k} {middle(times[k]) * 1000:.2f} ms" for k in (kind, other)
        )
        print(f"{shown}: Mann-Whitney p = {rank_test(times[kind], times[other]):.2f}")


def rank_test(one: list[float], other: list[float]) -> float:
    """Return the two-sided p of Mann and Whitney, by the normal approximation."""
    greater = sum((a > b) + (a == b) / 2 for a in one for b in other)
    mean = len(one) * len(other) / 2
    spread = (mean * (len(one) + len(other) + 1) / 6) ** 0.5
    return 2 * NORMAL.cdf(-abs(greater - mean) / spread)


if __name__ == "__main__":
    prepare()
    call_command("compile_catalogues", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    connection.close()
    with served("portal.wsgi:application", PORT):
        kept = fifty_at_once()
        receipts_alike(kept)
        flood()
    bare()
