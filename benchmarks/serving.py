"""A web server as in production, and a crowd that asks it, for benchmarks over HTTP.

Server and crowd share the machine: what the crowd costs is missing to the server.
"""

import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "a" * 32
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
# After so long a run is given up, and an answer before.
RUN_SECONDS, ANSWER_SECONDS = 600, 60


@contextmanager
def served(application: str, port: int) -> Iterator[int]:
    """Give the id of the server's process, whose children answer."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "4",
        "--no-access-log", "--log-level", "error", application,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_for(port)
        yield server.pid
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int) -> None:
    for _attempt in range(300):
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=120).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"Nothing answers at {port}")


def work_of(pid: int) -> float:
    """Return the seconds of processor time that a process and its children took.

    Beside other work this says more than the clock does.
    """
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # Behind the name: state, parent and, from the eleventh, own and waited times.
            fields = path.read_text().rpartition(")")[2].split()
            if pid == int(path.parent.name):
                ticks += sum(map(int, fields[11:15]))
            elif pid == int(fields[1]):
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def database() -> int:
    """Return the process whose children answer this program's queries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    stat = Path(f"/proc/{own}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


@dataclass(frozen=True)
class Question:
    """What somebody with a cookie sends; without fields a page is asked for."""

    path: str
    cookie: str = ""
    fields: dict[str, str] | None = None
    # A page's script sends a form in parts, a page without one as a single line.
    is_by_script: bool = False

    def encoded(self) -> bytes:
        lines = ["Host: 127.0.0.1", f"Cookie: csrftoken={TOKEN}; {self.cookie}"]
        method, body = "GET", ""
        if self.fields is not None:
            method = "POST"
            fields = {**self.fields, "csrfmiddlewaretoken": TOKEN}
            kind, body = _in_parts(fields) if self.is_by_script else _in_line(fields)
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        head = [f"{method} {self.path} HTTP/1.1", *lines]
        return "\r\n".join([*head, "", body]).encode()


def _in_line(fields: dict[str, str]) -> tuple[str, str]:
    return "application/x-www-form-urlencoded", urlencode(fields)


def _in_parts(fields: dict[str, str]) -> tuple[str, str]:
    parts = [
        f'--{TOKEN}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return f"multipart/form-data; boundary={TOKEN}", f"{''.join(parts)}--{TOKEN}--\r\n"


@dataclass
class Run:
    """What was answered, and after how many seconds each time."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    # Milliseconds of processor time that an answer took, by whose process.
    work: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return milliseconds."""
        return statistics.quantiles(self.times, n=100)[percent - 1] * 1000

    def __str__(self) -> str:
        statuses = ", ".join(f"{n} × {status}" for status, n in self.statuses.items())
        work = "".join(f"; {name}'s own {ms:.1f} ms" for name, ms in self.work.items())
        return (
            f"{self.rate:.0f} /s, p50 {self.percentile(50):.0f} ms, p95"
            f" {self.percentile(95):.0f} ms{work}; answers {statuses}; load {load()}"
        )


def load() -> str:
    """Return how many processes wanted to run during the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def paced(port: int, people: Sequence[Sequence[Question]], every: float) -> Run:
    """Let each of many ask once in so many seconds, on a connection of his own.

    Time counts from the moment somebody wanted to ask, also while he still waits.
    """

    async def person(questions: Sequence[Question], run: Run) -> None:
        line = _Line(port)
        due = time.perf_counter() + random.random() * every
        for question in questions:
            await asyncio.sleep(due - time.perf_counter())
            await line.ask(question, run, due)
            due += every
        line.close()

    async def all_of_them(run: Run) -> None:
        await asyncio.gather(*(person(questions, run) for questions in people))

    return asyncio.run(_timed(all_of_them))


def pressed(
    port: int,
    questions: Sequence[Question],
    at_once: int,
    watched: Mapping[str, int] | None = None,
) -> Run:
    """Ask as fast as answers come, on so many connections.

    What processes did for it is measured for those that are named.
    """
    waiting = iter(questions)

    async def worker(run: Run) -> None:
        line = _Line(port)
        for question in waiting:
            await line.ask(question, run, time.perf_counter())
        line.close()

    async def all_of_them(run: Run) -> None:
        await asyncio.gather(*(worker(run) for _number in range(at_once)))

    processes = watched or {}
    before = {name: work_of(pid) for name, pid in processes.items()}
    run = asyncio.run(_timed(all_of_them))
    for name, pid in processes.items():
        run.work[name] = (work_of(pid) - before[name]) / len(questions) * 1000
    return run


async def _timed(work: Callable[[Run], Awaitable[None]]) -> Run:
    run = Run()
    start = time.perf_counter()
    async with asyncio.timeout(RUN_SECONDS):
        await work(run)
    run.seconds = time.perf_counter() - start
    return run


class _Line:
    """A connection that stays open from one question to the next, like a browser's."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, question: Question, run: Run, since: float) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status = await self._ask(question)
        except (OSError, asyncio.IncompleteReadError):
            # No answer, or none in time, counts as status 0.
            status = 0
            self.close()
        run.statuses[status] += 1
        run.times.append(time.perf_counter() - since)

    async def _ask(self, question: Question) -> int:
        if self.streams is not None and self.streams[0].at_eof():
            # The server has ended a line that was silent for long; browsers begin anew.
            self.close()
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(question.encoded())
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length:
            await reader.readexactly(int(length[1]))
        else:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None
