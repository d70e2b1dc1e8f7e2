"""The message catalogues: compiled without msgfmt, checked for what is missing."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings


def catalogue_files() -> list[Path]:
    return sorted(
        path
        for folder in settings.LOCALE_PATHS
        for path in folder.glob("*/LC_MESSAGES/*.po")
    )


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


def fill_english(path: Path) -> None:
    """The code is written in English, so that catalogue says what the code says."""
    catalogue = read(path)
    for message in catalogue:
        if message.id:
            message.string = message.id
            message.flags.discard("fuzzy")
    with path.open("wb") as target:
        write_po(target, catalogue, width=0, no_location=True, ignore_obsolete=True)


def untranslated() -> Iterator[tuple[Path, str]]:
    """Yield the messages that have no translation, or only a guessed one."""
    for path in catalogue_files():
        for message in read(path):
            if message.id and (message.fuzzy or not _is_whole(message.string)):
                text = message.id if isinstance(message.id, str) else message.id[0]
                yield path, text


def _is_whole(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    if translation is None:
        return False
    parts = [translation] if isinstance(translation, str) else list(translation)
    return bool(parts) and all(parts)
