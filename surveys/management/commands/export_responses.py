from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from foundation.languages import languages
from surveys.microdata import OpenWaveError, write_csv
from surveys.models import Wave

# Loaded where needed: a CSV of a million rows then takes no memory for pandas.
WRITERS = {
    ".sav": "surveys.statistical_files.write_sav",
    ".dta": "surveys.statistical_files.write_dta",
}


class Command(BaseCommand):
    help = "Write the responses of a closed wave to a .csv, .sav or .dta file."
    # They load every page of the portal, and this shows none.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("wave", help="public id of the wave")
        parser.add_argument("path", type=Path)
        parser.add_argument("--language", choices=languages(), default="kk")
        parser.add_argument("--bom", action="store_true", help="for Excel")

    def handle(self, *args: Any, **options: Any) -> None:
        wave = Wave.objects.filter(public_id=options["wave"]).first()
        if wave is None:
            raise CommandError(f"No wave {options['wave']}")
        path, language = options["path"], options["language"]
        try:
            if path.suffix in WRITERS:
                written = import_string(WRITERS[path.suffix])(wave, path, language)
            elif path.suffix == ".csv":
                written = write_csv(wave, path, with_bom=options["bom"])
            else:
                raise CommandError(f"Unexpected {path.suffix}, use .csv, .sav or .dta")
        except OpenWaveError as error:
            raise CommandError("Close the wave first") from error
        self.stdout.write(f"{written} responses written")
