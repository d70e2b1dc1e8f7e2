from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.accounts.models import User
from reports.forms import SHORTEST_PASSPHRASE
from reports.models import Channel, Recipient
from reports.receipts import grouped
from reports.services.vaults import create_vault


class Command(BaseCommand):
    help = (
        "Make the vault of a staff member, so that reports can be sealed to them. They"
        " can also make it themselves: /admin/reports/tip/vault/"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="what reporters see")
        parser.add_argument("--custodian", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None or not user.is_staff:
            raise CommandError(f"{options['email']!r} is no member of staff")
        if Recipient.objects.filter(user=user).exists():
            raise CommandError("This person has a vault already")
        channel = Channel.objects.filter(is_active=True).first()
        if channel is None:
            raise CommandError("There is no channel yet: run load_data first")
        kinds = Recipient.Kind
        _row, code = create_vault(
            user=user,
            kind=kinds.CUSTODIAN if options["custodian"] else kinds.RECIPIENT,
            channel=channel,
            shown_name=options["name"],
            passphrase=self._passphrase(user),
            by=None,
        )
        self.stdout.write(f"Recovery code, shown this once: {grouped(code)}")

    def _passphrase(self, user: User) -> str:
        passphrase = getpass("Passphrase of the vault: ")
        if len(passphrase) < SHORTEST_PASSPHRASE or user.check_password(passphrase):
            raise CommandError(
                f"Choose at least {SHORTEST_PASSPHRASE} characters, not the password"
            )
        if getpass("Again: ") != passphrase:
            raise CommandError("The two passphrases differ")
        return passphrase
