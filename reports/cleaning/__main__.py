"""The child: a file on standard input, what it told and its clean copy on output.

Whatever a library raises over a spoiled file ends the child, and that is an answer, too.
"""

import json
import sys
from collections.abc import Callable

from reports.cleaning.found import Cleaned, NoCopyError, kind_of
from reports.cleaning.images import clean_image
from reports.cleaning.office import clean_office
from reports.cleaning.pdf import clean_pdf

Cleaner = Callable[[bytes], Cleaned]


CLEANERS: dict[str, Cleaner] = {
    "image": clean_image,
    "pdf": clean_pdf,
    "office": clean_office,
}


def main() -> None:
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
                "suffix": copy.suffix,
                "type": copy.type,
            }
            cleaned = copy.content
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + cleaned)


if __name__ == "__main__":
    main()
