import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.catalogues import catalogue_files, fill_english, read, untranslated

EXTRACTED = {"django": ["html", "txt", "py", "xml"], "djangojs": ["js"]}
LEFT_OUT = [
    "locale_packages/*",
    "var/*",
    ".venv/*",
    "tests/*",
    "benchmarks/*",
    "data/*",
]


class Command(BaseCommand):
    help = "Check that the catalogues hold every text of the code, all translated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--update", action="store_true", help="write new texts into the catalogues"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Extract with gettext's own tools (apt-get install gettext)."""
        if options["update"]:
            extract()
            fill_english(settings.BASE_DIR / "locale/en/LC_MESSAGES/django.po")
            return
        problems = [
            *stale(),
            *(f"{p}: not translated: {t!r}" for p, t in untranslated()),
        ]
        if problems:
            hint = "Run `python manage.py check_catalogues --update` and translate"
            raise CommandError("\n".join([*problems, hint]))
        self.stdout.write(f"{len(catalogue_files())} catalogues are whole")


def extract() -> None:
    call_command(
        "makemessages",
        locale=[code for code, _ in settings.LANGUAGES],
        extensions=EXTRACTED["django"],
        ignore_patterns=LEFT_OUT,
        no_wrap=True,
        no_location=True,
        no_obsolete=True,
        verbosity=0,
    )


def stale() -> list[str]:
    """Extract into a copy and compare, so that the check changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "locale"
        locale = settings.BASE_DIR / "locale"
        shutil.copytree(locale, kept)
        try:
            before = {path: texts(path) for path in own_files()}
            extract()
            after = {path: texts(path) for path in own_files()}
        finally:
            shutil.rmtree(locale)
            shutil.copytree(kept, locale)
    return [
        f"{path}: stale: {text!r}"
        for path in after
        for text in sorted(map(str, before.get(path, set()) ^ after[path]))
    ]


def own_files() -> list[Path]:
    """The catalogues that are extracted from the code, not those for libraries."""
    locale = settings.BASE_DIR / "locale"
    return [path for path in catalogue_files() if locale in path.parents]


def texts(path: Path) -> set[Any]:
    return {key(message) for message in read(path) if message.id}


def key(message: Any) -> Any:
    return (
        message.context,
        message.id if isinstance(message.id, str) else message.id[0],
    )
