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
