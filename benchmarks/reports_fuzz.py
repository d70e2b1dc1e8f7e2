"""Send a hundred thousand spoiled forms to the reporter's pages; none may fail.

python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/reports_fuzz.py 100000

They go in batches, each with a seed of its own, so that a run that is broken off has
counted what it did. A batch that fails is named by its seed and the rest is still sent.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

PYTEST = [sys.executable, "-m", "pytest", "-q"]
ROOT = Path(__file__).resolve().parent.parent
BATCH = 2500


def send(seed: int, forms: int) -> bool:
    done = subprocess.run(
        # So many take longer than a test may.
        [*PYTEST, "--timeout=0", "tests/reports/test_fuzz.py"],
        cwd=ROOT,
        env={**os.environ, "FUZZ_ROUNDS": str(forms), "FUZZ_SEED": str(seed)},
        check=False,
        timeout=7200,
    )
    return done.returncode == 0


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    begun = time.perf_counter()
    sent, failed = 0, list[int]()
    while sent < wanted:
        forms = min(BATCH, wanted - sent)
        if not send(sent, forms):
            failed.append(sent)
        sent += forms
        seconds = time.perf_counter() - begun
        print(f"{sent} spoiled forms, {seconds:.0f} s, failed seeds: {failed}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
