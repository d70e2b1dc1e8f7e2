"""Compare the percentage of a thousand attempts wherever one is shown or given.

python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/courses_percent.py 1000
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    rounds = sys.argv[1] if len(sys.argv) > 1 else "1000"
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/courses/test_percent.py"],
        cwd=ROOT,
        env={**os.environ, "PERCENT_ROUNDS": rounds},
        check=False,
        timeout=7200,
    )
    seconds = time.perf_counter() - begun
    print(f"{rounds} attempts, {seconds:.0f} s, exit {done.returncode}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
