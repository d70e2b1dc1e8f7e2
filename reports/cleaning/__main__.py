"""The child: a file on standard input, what it told and its clean copy on output.

Whatever a library raises over a spoiled file ends the child, and that is an answer, too.
"""

import json
import sys
from collections.abc import Callable

from reports.cleaning.found import Cleaned, NoCopyError
from reports.cleaning.images import IMAGES, clean_image
from reports.cleaning.office import clean_office
from reports.cleaning.pdf import clean_pdf

Cleaner = Callable[[bytes], Cleaned]


def cleaner_of(content: bytes) -> Cleaner | None:
    """Choose by what the file is, not by what it is called."""
    if any(content.startswith(mark) for mark in IMAGES) or _is_heic(content):
        return clean_image
    if content[:1024].find(b"%PDF-") >= 0:
        return clean_pdf
    if content.startswith(b"PK\x03\x04"):
        return clean_office
    return None


def _is_heic(content: bytes) -> bool:
    brands = (b"heic", b"heix", b"heim", b"heis", b"mif1")
    return content[4:8] == b"ftyp" and content[8:12] in brands


def main() -> None:
    content = sys.stdin.buffer.read()
    cleaner = cleaner_of(content)
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
