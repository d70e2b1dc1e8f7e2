from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from foundation.accounts.models import User
from foundation.accounts.roles import LABELS
from foundation.territory.models import Area, PublicBody
from portal.staff.services import Place, create_staff, forget_second_factors


class Command(BaseCommand):
    help = (
        "Give a person a staff login, or one that exists a new password. Without"
        " --role it may do everything; without --body or --area it works for the agency."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--role", action="append", default=[], metavar="ROLE", choices=list(LABELS)
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--body", metavar="CODE", help="code of a public body")
        place.add_argument("--area", metavar="ISO", help="ISO 3166-2 code of an area")
        parser.add_argument(
            "--forget-second-factors",
            action="store_true",
            help="for a person who lost phone and recovery codes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no e-mail address") from None
        password = create_staff(
            email=email, roles=options["role"], place=_place(options)
        )
        if options["forget_second_factors"]:
            user = User.objects.get(email__iexact=email)
            forget_second_factors(user=user, by=None)
        self.stdout.write(
            f"Sign in at /admin/ as {email.lower()} with the password {password}\n"
            "It is shown this once; you will be asked for one of your own."
        )


def _place(options: dict[str, Any]) -> Place | None:
    if options["body"]:
        body = PublicBody.objects.filter(code=options["body"]).first()
        if body is None:
            raise CommandError(f"No public body has the code {options['body']!r}")
        return Place(body=body)
    if options["area"]:
        area = Area.objects.filter(iso=options["area"]).first()
        if area is None:
            raise CommandError(f"No area has the code {options['area']!r}")
        return Place(area=area)
    return None
