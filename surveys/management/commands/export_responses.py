from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.languages import languages
from surveys.microdata import OpenWaveError, write_csv, write_dta, write_sav
from surveys.models import Wave


class Command(BaseCommand):
    help = "Write the responses of a closed wave to a .csv, .sav or .dta file."

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
            if path.suffix == ".sav":
                written = write_sav(wave, path, language)
            elif path.suffix == ".dta":
                written = write_dta(wave, path, language)
            elif path.suffix == ".csv":
                written = write_csv(wave, path, with_bom=options["bom"])
            else:
                raise CommandError(f"Unexpected {path.suffix}, use .csv, .sav or .dta")
        except OpenWaveError as error:
            raise CommandError("Close the wave first") from error
        self.stdout.write(f"{written} responses written")
