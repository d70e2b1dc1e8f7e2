import pytest
from django.utils.translation import override

from reports.crypto import Root
from reports.models import Questionnaire, Recipient
from reports.services.filing import Content, file_tip
from reports.services.vaults import OpenVault, open_vault, unlock
from reports.shipped import load_reports
from tests.factories.reports import PASSPHRASE, ChannelFactory, recipient

MARK = "Сейфтегі қызыл қалта marker-7f3a"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TIP_FREE_BYTES = 0


@pytest.fixture
def english():
    with override("en"):
        yield


@pytest.fixture
def desk(db):
    """Two recipients, a custodian and the questionnaire that ships."""
    load_reports()
    ChannelFactory()
    return {
        "aigerim": recipient("Aigerim"),
        "bolat": recipient("Bolat"),
        "custodian": recipient("Custodian", Recipient.Kind.CUSTODIAN),
    }


@pytest.fixture
def opened():
    """Open a person's vault as the staff area does."""

    def open_one(row: Recipient) -> OpenVault:
        secret = unlock(recipient=row, passphrase=PASSPHRASE, by=row.user)
        vault = open_vault(secret=secret, user=row.user)
        assert vault is not None
        assert isinstance(vault.root, Root)
        return vault

    return open_one


@pytest.fixture
def filed(desk):
    """File a report as the form does."""
    count = iter(range(1000))

    def file(**content):
        said = {
            "answers": {"subject": "theft", "what": MARK},
            "language": "kk",
            **content,
        }
        return file_tip(
            channel=desk["aigerim"].channel,
            questionnaire=Questionnaire.objects.newest(),
            content=Content(**said),
            form=b"form%d" % next(count),
        )

    return file
