from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.crypto import SealBrokenError
from reports.receipts import ReceiptError
from reports.services.handover import open_export
from reports.services.recovery import share_root


class Command(BaseCommand):
    help = (
        "For the authority: open a sealed case with the code of `recovery_key share`. The"
        " archive is removed again if the file turns out to be changed or cut."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("archive", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        archive: Path = options["archive"]
        try:
            root = share_root(getpass("Code: "))
            with options["file"].open("rb") as source, archive.open("xb") as sink:
                open_export(root, source, sink.write)
        except (SealBrokenError, ReceiptError) as error:
            archive.unlink(missing_ok=True)
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(str(error)) from None
