"""Start the portal: `python -m portal.embedded run` or `... exec -- COMMAND`.

This file must parse on every Python 3: it turns an unsupported one away.
"""

import sys

from portal.embedded.environment import python_problem

problem = python_problem(sys.version_info[:2])
if problem:
    sys.exit(problem)

from portal.embedded.launcher import main  # noqa: E402  needs a supported Python

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
