"""The message catalogues: compiled without msgfmt, checked for what is missing."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings


def catalogue_files() -> list[Path]:
    return sorted((settings.BASE_DIR / "locale").glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parts[-3])


def compile_catalogues() -> list[Path]:
    """Write the .mo file of each catalogue that changed; return the written ones."""
    written = []
    for path in catalogue_files():
        compiled = BytesIO()
        write_mo(compiled, read(path))
        target = path.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != compiled.getvalue():
            target.write_bytes(compiled.getvalue())
            written.append(target)
    return written


def untranslated() -> Iterator[tuple[Path, str]]:
    """Yield the messages that have no translation, or only a guessed one."""
    for path in catalogue_files():
        for message in read(path):
            if message.id and (message.fuzzy or not _is_whole(message.string)):
                text = message.id if isinstance(message.id, str) else message.id[0]
                yield path, text


def _is_whole(translation: str | tuple[str, ...] | list[str]) -> bool:
    parts = [translation] if isinstance(translation, str) else list(translation)
    return bool(parts) and all(parts)
