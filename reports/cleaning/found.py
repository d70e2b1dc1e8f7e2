"""What a cleaner gives back."""

from dataclasses import dataclass, field

Found = list[tuple[str, str]]


@dataclass(frozen=True)
class Cleaned:
    """A clean copy and what was taken out: kinds are the keys of `LABELS` in forms."""

    content: bytes
    suffix: str
    type: str
    found: Found = field(default_factory=list)


class NoCopyError(Exception):
    """There is no clean copy of such a file, though it may tell something."""

    def __init__(self, found: Found) -> None:
        super().__init__("no copy")
        self.found = found


IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"mif1")


def kind_of(content: bytes) -> str:
    """Tell what a file is, not what it is called; "" where nothing can be cleaned."""
    is_heic = content[4:8] == b"ftyp" and content[8:12] in HEIC
    if content.startswith(IMAGES) or is_heic:
        return "image"
    if content[:1024].find(b"%PDF-") >= 0:
        return "pdf"
    return "office" if content.startswith(b"PK\x03\x04") else ""
