import sys
from argparse import ArgumentParser
from base64 import b64decode, b64encode
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.models import Recipient, RecoveryKey
from reports.receipts import ReceiptError, as_words, grouped, new_receipt
from reports.services.recovery import (
    CeremonyError,
    grant_all_recovered,
    make_recovery_key,
    recover_root,
    share_root,
)


class Command(BaseCommand):
    help = (
        "The key of last resort. Each shareholder runs `share FILE` on a machine without"
        " a network, writes the share down and hands over FILE, which is no secret."
        " `make --needed 3 FILE FILE FILE ...` makes the key. If all who could open the"
        " reports are gone, `use EMAIL` asks for shares and grants the reports to them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        share = steps.add_parser("share", help="make a share and its public half")
        share.add_argument("file", type=Path)
        make = steps.add_parser("make", help="make the key of these shareholders")
        make.add_argument("--needed", type=int, required=True)
        make.add_argument("files", type=Path, nargs="+")
        use = steps.add_parser("use", help="grant all reports to a person's vault")
        use.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except (CeremonyError, ReceiptError, OSError) as error:
            raise CommandError(str(error)) from None

    def _share(self, options: dict[str, Any]) -> None:
        share = new_receipt()
        with options["file"].open("xb") as file:
            file.write(b64encode(share_root(share).public_key) + b"\n")
        self.stdout.write("Your share, shown this once; keep it on paper:")
        self.stdout.write(grouped(share))
        for language in ("en", "ru"):
            self.stdout.write(" ".join(as_words(share, language)))

    def _make(self, options: dict[str, Any]) -> None:
        keys = [
            b64decode(path.read_bytes(), validate=False) for path in options["files"]
        ]
        row = make_recovery_key(public_keys=keys, threshold=options["needed"])
        self.stdout.write(f"Recovery key {row.public_id} serves reports from now on.")

    def _use(self, options: dict[str, Any]) -> None:
        to = Recipient.objects.filter(user__email__iexact=options["email"]).first()
        if to is None:
            raise CommandError(f"{options['email']!r} has no vault")
        rows = list(RecoveryKey.objects.all())
        if not rows:
            raise CommandError("There is no recovery key")
        shares = [self._ask() for _number in range(rows[-1].threshold)]
        for row in rows:
            try:
                root = recover_root(row, shares)
            except CeremonyError as error:
                self.stderr.write(f"{row.public_id}: {error}")
                continue
            done, passed = grant_all_recovered(row=row, root=root, to=to)
            self.stdout.write(f"{row.public_id}: {done} granted, {passed} passed over")

    def _ask(self) -> str:
        # A pipe is for a machine without a keyboard, and for tests.
        if sys.stdin.isatty():
            return getpass("Share: ")
        return sys.stdin.readline()
