"""People with vaults and the questionnaire that ships; no tip is made by hand."""

from factory.django import DjangoModelFactory

from reports.models import Channel, Recipient
from reports.services.vaults import create_vault
from tests.factories.accounts import UserFactory

PASSPHRASE = "nine camels cross the salt at dusk"


class ChannelFactory(DjangoModelFactory):
    class Meta:
        model = Channel
        django_get_or_create = ["code"]

    code = "main"
    name_kk = name_ru = name_en = "Main channel"


def recipient(name="Aigerim", kind=Recipient.Kind.RECIPIENT, **user):
    """Give a new person a vault with PASSPHRASE; the recovery code is dropped."""
    person = UserFactory(staff=True, **user)
    row, _code = create_vault(
        user=person,
        kind=kind,
        channel=ChannelFactory(),
        shown_name=name,
        passphrase=PASSPHRASE,
        by=None,
    )
    return row
