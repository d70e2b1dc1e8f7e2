"""The child: a file on standard input, what it told and its clean copy on output.

Called with its limits, bytes of memory and seconds of work.

Whatever a library raises over a spoiled file ends the child, and that is an answer, too.
"""

import json
import resource
import sys
from collections.abc import Callable

from reports.cleaning.found import Cleaned, NoCopyError, kind_of
from reports.cleaning.images import clean_image
from reports.cleaning.office import clean_office
from reports.cleaning.pdf import clean_pdf
from reports.cleaning.recordings import clean_recording

Cleaner = Callable[[bytes], Cleaned]


CLEANERS: dict[str, Cleaner] = {
    "image": clean_image,
    "pdf": clean_pdf,
    "office": clean_office,
    "recording": clean_recording,
}


def main(memory: int, seconds: int) -> None:
    _limit(memory, seconds)
    content = sys.stdin.buffer.read()
    cleaner = CLEANERS.get(kind_of(content))
    said: dict[str, object] = {"state": "unknown"}
    cleaned = b""
    if cleaner is not None:
        try:
            copy = cleaner(content)
        except NoCopyError as error:
            said = {"state": "unknown", "found": error.found}
        else:
            said = {
                "state": "clean",
                "found": copy.found,
                "copy": (copy.suffix, copy.type, len(copy.content)),
            }
            cleaned = copy.content
    sys.stdout.buffer.writelines((json.dumps(said).encode(), b"\n", cleaned))


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # No file can be written, so that no library leaves plaintext somewhere.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
