"""A stored page beside a bare Django view and Django's per-site cache, in one run.

    python -m portal.embedded exec -- python benchmarks/pages.py

Needs wrk (apt-get install wrk). Rounds alternate, so that noise hits all three alike;
each number is the median of the rounds. Prints requests a second and the two ratios.
"""

import re
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.serving import served

PATH = "/en/risks/"
ROUNDS = 7
SECONDS = 2
CONTENDERS = {
    "stored page": ("portal.wsgi:application", 8301, PATH),
    "per-site cache": ("benchmarks.per_site_cache:application", 8302, PATH),
    "bare view": ("benchmarks.bare:application", 8303, "/"),
}


def wait_for(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    for _attempt in range(100):
        try:
            return bytes(urllib.request.urlopen(request, timeout=10).read())
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


def requests_a_second(address: str) -> float:
    command = [
        "wrk", "-t1", "-c16", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip", address
    ]  # fmt: skip
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in report:
        raise SystemExit(report)
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", report)
    return float(rate)


def main() -> None:
    with ExitStack() as stack:
        addresses = {}
        for name, (application, port, path) in CONTENDERS.items():
            stack.enter_context(served(application, port))
            addresses[name] = f"http://127.0.0.1:{port}{path}"
        for address in addresses.values():
            wait_for(address)
            requests_a_second(address)
        rates: dict[str, list[float]] = {name: [] for name in addresses}
        for _round in range(ROUNDS):
            for name, address in addresses.items():
                rates[name].append(requests_a_second(address))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, found in rates.items():
        print(f"{name:15} {medians[name]:8.0f}/s  [{min(found):.0f}–{max(found):.0f}]")
    stored = medians["stored page"]
    print(f"stored / per-site cache  {stored / medians['per-site cache']:.2f}  (≥ 2)")
    print(f"stored / bare view       {stored / medians['bare view']:.2f}  (≥ 0.45)")


if __name__ == "__main__":
    main()
