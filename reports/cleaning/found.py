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
# Of the files that say `ftyp`, those that hold a still picture; the rest are recordings.
STILL = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
# How a recording begins → its reader, which is never guessed: a format may be a list of
# other files, and those would be read.
RECORDINGS = {
    b"\x1a\x45\xdf\xa3": "matroska",
    b"OggS": "ogg",
    b"ID3": "mp3",
    b"\xff\xfb": "mp3",
    b"\xff\xf3": "mp3",
    b"\xff\xf2": "mp3",
    b"RIFF": "wav",
    b"#!AMR": "amr",
}


def reader_of(content: bytes) -> str:
    """Return what reads this recording; "" if it is none."""
    if content[4:8] == b"ftyp":
        return "mov"
    starts = (name for start, name in RECORDINGS.items() if content.startswith(start))
    return next(starts, "")


def kind_of(content: bytes) -> str:
    """Tell what a file is, not what it is called; "" where nothing can be cleaned.

    The first 1,024 bytes are enough.
    """
    is_still = content[4:8] == b"ftyp" and content[8:12] in STILL
    if content.startswith(IMAGES) or is_still:
        return "image"
    if content[:1024].find(b"%PDF-") >= 0:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "office"
    return "recording" if reader_of(content) else ""
