"""What everybody sees of an organisation."""

import pytest
from django.utils import timezone

from tests.factories.volunteers import (
    HoursFactory,
    InitiativeFactory,
    ObservationFactory,
    OrganisationFactory,
)
from volunteers.models import Result

pytestmark = pytest.mark.django_db


def test_a_page_shows_what_the_organisation_has_achieved(client):
    organisation = OrganisationFactory()
    initiative = InitiativeFactory(organisation=organisation, state="reported")
    Result.objects.create(
        initiative=initiative, name_kk="Жол", name_ru="Дорог", value=7
    )
    today = timezone.localdate()
    HoursFactory(sign_up__initiative=initiative, confirmed=4.5, confirmed_on=today)
    HoursFactory(sign_up__initiative=initiative)
    ObservationFactory(initiative=initiative, state="verified", verified_on=today)
    ObservationFactory(initiative=initiative)
    HoursFactory(confirmed=100, confirmed_on=today)

    page = client.get(f"/ru/volunteers/organisations/{organisation.public_id}/")

    assert page.context["achieved"] == {"reports": 1, "hours": 4.5, "observations": 1}
    assert "Дорог: 7" in page.content.decode()


def test_who_has_achieved_nothing_yet_shows_no_zeros(client):
    organisation = OrganisationFactory()

    page = client.get(f"/en/volunteers/organisations/{organisation.public_id}/")

    assert 'class="figures"' not in page.content.decode()
