"""What staff export, see and choose from; what is shipped and made up."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.notifications.models import Message
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import (
    HoursFactory,
    InitiativeFactory,
    ObservationFactory,
    OrganisationFactory,
    ProfileFactory,
    SignUpFactory,
)
from tests.volunteers.conftest import past
from volunteers.admin.base import KeptCountPaginator
from volunteers.demo import load_demo, remove_demo
from volunteers.exports import ministry_register, people_of
from volunteers.models import (
    ChecklistItem,
    ConsentText,
    Direction,
    Initiative,
    Observation,
    Photo,
    Rule,
    VolunteerProfile,
)
from volunteers.shipped import load_volunteers
from volunteers.tasks import recount_volunteers

pytestmark = pytest.mark.django_db


def confirmed(initiative, hours=4):
    sign_up = SignUpFactory(initiative=initiative, state="attended")
    return HoursFactory(
        sign_up=sign_up, confirmed=hours, confirmed_on=timezone.localdate()
    )


def test_the_ministry_gets_only_what_was_confirmed():
    counted, proposed = past(title_ru="=1+1"), past()
    confirmed(counted)
    confirmed(counted, hours=2)
    HoursFactory(sign_up__initiative=counted)
    HoursFactory(sign_up__initiative=proposed)
    confirmed(past(is_demo=True))

    lines = ministry_register(Initiative.objects.all()).splitlines()

    assert len(lines) == 2
    assert lines[1].endswith(",2,6.0")
    assert "'=1+1" in lines[1]


def test_names_come_without_addresses():
    sign_up = SignUpFactory()

    content = people_of(sign_up.initiative, with_addresses=False)

    assert sign_up.profile.name in content
    assert "@" not in content


@pytest.mark.parametrize(("purpose", "given"), [("", False), ("Bus list", True)])
def test_addresses_need_a_purpose_that_is_recorded(staff, purpose, given):
    sign_up = SignUpFactory()

    answer = staff.post(
        "/admin/volunteers/initiative/",
        {
            "action": "addresses",
            "_selected_action": [sign_up.initiative.pk],
            "text": purpose,
        },
    )

    assert (sign_up.profile.email in answer.content.decode()) is given
    recorded = AuditEvent.objects.filter(action="export addresses", detail=purpose)
    assert recorded.exists() is given


def test_the_demonstration_comes_under_a_banner_and_goes(client):
    call_command("load_data", verbosity=0)
    load_demo()
    recount_volunteers()
    paths = [
        "/en/volunteers/",
        "/en/volunteers/active/",
        "/en/initiatives/",
        "/en/observations/",
    ]

    banners = ["made-up rows" in client.get(path).content.decode() for path in paths]
    remove_demo()

    assert banners == [True] * 4
    assert not Initiative.objects.exists()
    assert not VolunteerProfile.objects.exists()
    assert not Message.objects.filter(recipient__endswith="demo.invalid").exists()


def test_shipped_texts_load_once_and_are_whole(shipped):
    assert load_volunteers() == 0
    assert Direction.objects.count() == 6
    assert not Rule.objects.filter(source_kk="").exists()
    assert ConsentText.objects.count() == 4


def test_the_dashboard_shows_what_waits(staff, shipped):
    ProfileFactory(state="applied")
    HoursFactory(sign_up__initiative=past())
    ObservationFactory()
    OrganisationFactory(state="pending")

    page = staff.get("/admin/").content.decode()

    for title in (
        "Volunteers who applied",
        "Hours to confirm",
        "Observations to verify",
        "Organisations to approve",
    ):
        assert title in page


@pytest.mark.parametrize(
    "model",
    [
        "volunteerprofile",
        "organisation",
        "initiative",
        "signup",
        "hours",
        "observation",
        "direction",
        "rule",
        "consenttext",
    ],
)
def test_every_page_of_the_staff_area_opens(staff, shipped, model):
    HoursFactory(sign_up__initiative__organisation=OrganisationFactory())
    ObservationFactory()

    page = staff.get(f"/admin/volunteers/{model}/")
    rows = page.context["cl"].result_list
    pages = [
        staff.get(f"/admin/volunteers/{model}/{row.pk}/change/") for row in rows[:1]
    ]

    assert page.status_code == 200
    assert [each.status_code for each in pages] == [200]


def test_a_long_list_is_counted_once_a_minute_and_a_short_one_always(own_cache):
    class Short(KeptCountPaginator):
        many = 1

    rows = VolunteerProfile.objects.order_by("pk")
    ProfileFactory()
    seen = [Short(rows, 50).count]
    ProfileFactory()
    seen.append(Short(rows, 50).count)
    ProfileFactory()
    seen.append(Short(rows, 50).count)

    assert seen == [1, 2, 2]


def test_people_of_one_name_are_counted_on_the_page_alone(
    staff, django_assert_max_num_queries
):
    area = AreaFactory()
    for name in ("Әсел Ким", "ӘСЕЛ КИМ", "Болат"):
        ProfileFactory(name=name, area=area, state="applied")
    ProfileFactory(name="Әсел Ким", state="applied")

    with django_assert_max_num_queries(20):
        page = staff.get("/admin/volunteers/volunteerprofile/")

    rows = page.context["cl"].result_list
    assert {(row.name, row.same_name_count) for row in rows} == {
        ("Болат", 0),
        ("Әсел Ким", 0),
        ("Әсел Ким", 1),
        ("ӘСЕЛ КИМ", 1),
    }


@pytest.mark.parametrize(
    ("model", "make"),
    [("volunteerprofile", ProfileFactory), ("observation", ObservationFactory)],
)
def test_nobody_picks_from_all_people_or_rewrites_what_they_said(
    staff, shipped, model, make
):
    ProfileFactory(name="Somebody else", user__email="else@example.org")
    row = make()

    page = staff.get(f"/admin/volunteers/{model}/{row.pk}/change/")

    assert list(page.context["adminform"].form.fields) == []
    assert "Somebody else" not in page.content.decode()
    assert "else@example.org" not in page.content.decode()


def test_staff_see_photo_and_answers_of_what_they_verify(staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    row = ObservationFactory()
    question = ChecklistItem.objects.create(
        initiative=row.initiative, text_kk="Белгі?", text_ru="Знак?", text_en="A sign?"
    )
    Observation.objects.update(answers={str(question.pk): "no"})
    photo = Photo.objects.create(observation=row, file="a.jpg", width=4, height=3)

    page = staff.get(f"/admin/volunteers/observation/{row.pk}/change/")

    shown = page.content.decode()
    assert f'<img src="/en/observations/photos/{photo.pk}/"' in shown
    assert "A sign? <b>No</b>" in shown


def test_numbers_of_the_first_page_count_no_made_up_rows(client, shipped):
    confirmed(past())
    confirmed(past(is_demo=True), hours=100)

    recount_volunteers()

    page = client.get("/en/volunteers/").content.decode()
    assert "volunteers – 2, initiatives – 1, confirmed hours – 4" in page


@pytest.mark.parametrize(
    ("model", "make", "is_public"),
    [
        ("initiative", lambda: InitiativeFactory(state="draft"), False),
        ("initiative", InitiativeFactory, True),
        ("organisation", lambda: OrganisationFactory(state="pending"), False),
        ("organisation", OrganisationFactory, True),
        ("observation", ObservationFactory, False),
    ],
)
def test_staff_are_led_to_a_public_page_only_where_there_is_one(
    staff, shipped, model, make, is_public
):
    row = make()

    page = staff.get(f"/admin/volunteers/{model}/{row.pk}/change/").content.decode()

    assert (f'href="/en{row.get_absolute_url()[3:]}"' in page) is is_public
