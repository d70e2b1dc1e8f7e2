"""Send a hundred thousand spoiled forms to the reporter's pages; none may fail.

python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/reports_fuzz.py 100000
"""

import os
import subprocess
import sys
import time
from pathlib import Path

PYTEST = [sys.executable, "-m", "pytest", "-q"]
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    rounds = sys.argv[1] if len(sys.argv) > 1 else "100000"
    begun = time.perf_counter()
    done = subprocess.run(
        # So many take longer than a test may.
        [*PYTEST, "--timeout=0", "tests/reports/test_fuzz.py"],
        cwd=ROOT,
        env={**os.environ, "FUZZ_ROUNDS": rounds},
        check=False,
        timeout=7200,
    )
    seconds = time.perf_counter() - begun
    print(f"{rounds} spoiled forms, {seconds:.0f} s, exit {done.returncode}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
