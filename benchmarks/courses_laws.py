"""Try the laws of courses as often as they are promised.

python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/courses_laws.py

One percentage of 1,000 attempts wherever it is shown, 2,000 histories to a certificate,
10,000 sequences of progress. The suite tries each of them some dozen times.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAWS = {
    "tests/courses/test_percent.py": ("PERCENT_ROUNDS", "1000"),
    "tests/courses/test_certificates.py": ("HISTORY_ROUNDS", "2000"),
    "tests/courses/test_progress.py": ("PROGRESS_ROUNDS", "10000"),
}


def main() -> None:
    worst = 0
    for path, (name, rounds) in LAWS.items():
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-o", "timeout=7200", path],
            cwd=ROOT,
            env={**os.environ, name: rounds},
            check=False,
            timeout=7200,
        )
        seconds = time.perf_counter() - begun
        print(f"{path}: {rounds}, {seconds:.0f} s, exit {done.returncode}", flush=True)
        worst = max(worst, done.returncode)
    sys.exit(worst)


if __name__ == "__main__":
    main()
