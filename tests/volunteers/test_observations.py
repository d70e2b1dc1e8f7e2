"""What was seen is stored once, cleaned, verified by another, and shown then."""

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from foundation.accounts.roles import sync_roles
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory, ScopeFactory
from tests.factories.volunteers import (
    InitiativeFactory,
    MembershipFactory,
    ObservationFactory,
    OrganisationFactory,
    ProfileFactory,
    SignUpFactory,
)
from tests.volunteers.test_places import at_once
from volunteers.agreement import agreement, agreement_in
from volunteers.models import ChecklistItem, Observation, Photo
from volunteers.photos import clean_photo
from volunteers.services.observations import (
    record_observation,
    reference_key,
    verify_observation,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def photo_bytes(file_format="JPEG", *, latitude=51.5):
    picture = Image.new("RGB", (64, 48), "green")
    exif = Image.Exif()
    exif[Base.Make] = "SecretCam"
    exif[Base.DateTime] = "2026:05:01 10:00:00"
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", (latitude, 0.0, 0.0)
    gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", (71.0, 30.0, 0.0)
    out = BytesIO()
    picture.save(out, file_format, exif=exif, comment=b"SecretComment")
    return out.getvalue()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def observer(db):
    organisation = OrganisationFactory()
    return SignUpFactory(
        initiative=InitiativeFactory(area=AreaFactory(), organisation=organisation)
    )


def sent(observer, **changed):
    return {
        "client_key": str(uuid4()),
        "reference": "A1, km 5",
        "area": observer.initiative.area.pk,
        "seen_on": "2026-05-01",
        **changed,
    }


def send(client, observer, data):
    client.force_login(observer.profile.user)
    return client.post(
        f"/en/initiatives/{observer.initiative.public_id}/observe/", data
    )


def test_sent_three_times_it_is_stored_once(client, observer):
    data = sent(observer)

    codes = [send(client, observer, dict(data)).status_code for _ in range(3)]

    assert codes == [302, 302, 302]
    assert Observation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_at_the_same_moment_it_is_stored_once():
    observer = SignUpFactory(initiative=InitiativeFactory(area=AreaFactory()))
    fields = {
        "reference": "A1",
        "area": observer.initiative.area,
        "seen_on": "2026-05-01",
        "note_language": "en",
    }
    key = uuid4()

    errors = at_once(
        [
            lambda: record_observation(
                initiative=observer.initiative,
                profile=observer.profile,
                client_key=key,
                fields=fields,
                photos=[],
                keeps_place=False,
            )
        ]
        * 5
    )

    assert errors == []
    assert Observation.objects.count() == 1


def test_who_has_no_place_records_nothing(client, observer):
    stranger = SignUpFactory(initiative=observer.initiative, state="waiting")

    response = send(client, stranger, sent(observer))

    assert response.status_code == 302
    assert Observation.objects.count() == 0


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_place_time_and_camera(file_format):
    cleaned = clean_photo(BytesIO(photo_bytes(file_format)))

    with Image.open(BytesIO(cleaned.content)) as picture:
        assert picture.format == "JPEG"
        assert dict(picture.getexif()) == {}
        assert "comment" not in picture.info
    assert b"Secret" not in cleaned.content
    assert cleaned.point == (51.5, 71.5)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"GIF89a" + b"\x00" * 40,
        b"%PDF-1.7",
        b"<html></html>",
        b"",
        photo_bytes()[:200],
    ],
)
def test_what_is_no_photo_is_refused(content):
    with pytest.raises(ValidationError, match="no photo"):
        clean_photo(BytesIO(content))


def test_what_hides_behind_a_photo_does_not_come_through():
    cleaned = clean_photo(BytesIO(photo_bytes() + b"PK\x03\x04" + SVG))

    assert b"<svg" not in cleaned.content
    assert b"PK\x03\x04" not in cleaned.content


def test_a_picture_of_too_many_pixels_is_refused():
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")

    with pytest.raises(ValidationError):
        clean_photo(BytesIO(out.getvalue()))


@pytest.mark.parametrize(("wanted", "place"), [("on", 51.5), ("", None)])
def test_the_place_of_a_photo_is_kept_only_if_wanted(client, observer, wanted, place):
    photo = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")

    send(client, observer, sent(observer, photos=photo, keeps_place=wanted))

    assert Observation.objects.get().latitude == place
    with Photo.objects.get().file.open() as stored:
        assert b"Secret" not in stored.read()


def test_an_svg_named_jpg_is_refused_with_the_form(client, observer):
    photo = SimpleUploadedFile("a.jpg", SVG, "image/jpeg")

    response = send(client, observer, sent(observer, photos=photo))

    assert response.status_code == 422
    assert Observation.objects.count() == 0


def status_of(client, path):
    response = client.get(path)
    if response.streaming:
        # Read to its end, it closes the file.
        assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
    return response.status_code


def test_nothing_unverified_is_seen(client, observer):
    photo = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
    send(client, observer, sent(observer, photos=photo))
    row, stranger = Observation.objects.get(), type(client)()
    paths = [
        f"/en/observations/{row.public_id}/",
        f"/en/observations/photos/{row.photos.get().pk}/",
    ]

    before = [status_of(stranger, path) for path in paths]
    verify_observation(observation=row, by=UserFactory())

    assert before == [404, 404]
    assert [status_of(stranger, path) for path in paths] == [200, 200]
    assert (
        row.public_id
        in stranger.get("/api/v1/volunteer-observations/").content.decode()
    )


@pytest.fixture
def unverified(client, observer):
    """An observation with a photo and an answer, of an organisation's initiative."""
    question = ChecklistItem.objects.create(
        initiative=observer.initiative, text_kk="Белгі?", text_ru="Знак?"
    )
    photo = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
    fields = {"photos": photo, f"question_{question.pk}": "no"}
    send(client, observer, sent(observer, **fields))
    return Observation.objects.get()


def _coordinator(area):
    sync_roles()
    user = UserFactory(staff=True, roles=["volunteer coordinator"])
    ScopeFactory(user=user, of_area=True, area=area)
    return user


def _running(organisation):
    return MembershipFactory(role="manager", organisation=organisation).user


WATCHERS = {
    "observer": (lambda row: row.profile.user, 200),
    "organiser": (lambda row: _running(row.initiative.organisation), 200),
    "coordinator": (lambda row: _coordinator(row.area), 200),
    "another volunteer": (lambda row: ProfileFactory().user, 404),
    "another organiser": (lambda row: _running(OrganisationFactory()), 404),
    "coordinator elsewhere": (lambda row: _coordinator(AreaFactory()), 404),
}


@pytest.mark.parametrize("who", WATCHERS)
def test_a_photo_to_verify_is_seen_by_whom_it_concerns(client, unverified, who):
    make, status = WATCHERS[who]
    client.force_login(make(unverified))
    path = f"/en/observations/photos/{unverified.photos.get().pk}/"

    assert status_of(client, path) == status


def test_an_organiser_sees_photo_and_answers_before_he_verifies(client, unverified):
    client.force_login(_running(unverified.initiative.organisation))

    page = client.get(f"/ru/initiatives/{unverified.initiative.public_id}/people/")

    shown = page.content.decode()
    assert f"/ru/observations/photos/{unverified.photos.get().pk}/" in shown
    assert "<dt>Знак?</dt><dd>Нет</dd>" in shown


@pytest.mark.django_db
def test_the_observer_cannot_verify():
    row = ObservationFactory()

    with pytest.raises(ValidationError, match="himself"):
        verify_observation(observation=row, by=row.profile.user)


@pytest.mark.parametrize(
    ("reference", "same"), [("Km 5", "km5"), (" A1, km 5 ", "a1,km5")]
)
def test_one_place_written_twice_is_one(reference, same):
    assert reference_key(reference) == same


ANSWERS = st.dictionaries(
    st.sampled_from("abc"), st.sampled_from(["yes", "no", "unknown"])
)


@given(st.lists(ANSWERS, max_size=8))
def test_agreement_is_a_share_that_no_order_changes(sheets):
    share, turned = agreement(sheets), agreement(sheets[::-1])

    assert share is None or 0 <= share <= 1
    assert turned == (None if share is None else pytest.approx(share))


@given(ANSWERS.filter(lambda a: set(a.values()) & {"yes", "no"}), st.integers(2, 6))
def test_observers_who_say_the_same_agree_wholly(sheet, number):
    assert agreement([sheet] * number) == 1


@pytest.mark.parametrize(
    ("answers", "share"),
    [
        (["yes", "no"], 0),
        (["yes", "yes", "no"], 1 / 3),
        (["yes", "yes", "no", "no"], 1 / 3),
        (["yes", "unknown"], None),
        (["yes"], None),
    ],
)
def test_agreement_counts_pairs(answers, share):
    found = agreement([{"q": answer} for answer in answers])

    assert found == (pytest.approx(share) if share is not None else None)


@pytest.mark.django_db
def test_several_observers_of_one_place_give_a_figure():
    initiative = InitiativeFactory(area=AreaFactory())
    question = ChecklistItem.objects.create(
        initiative=initiative, text_kk="Белгі?", text_ru="Знак?"
    )
    for answer in ("yes", "yes", "no"):
        ObservationFactory(
            initiative=initiative,
            profile=ProfileFactory(),
            answers={str(question.pk): answer},
            state="verified",
            verified_on="2026-05-02",
        )

    [found] = agreement_in(initiative)

    assert (found.observers, round(found.share, 3)) == (3, 0.333)


@pytest.mark.django_db
def test_the_dataset_says_what_each_answer_means(client):
    area = AreaFactory()
    initiative = InitiativeFactory()
    question = ChecklistItem.objects.create(
        initiative=initiative, text_kk="Жол тегіс пе?", text_ru="Дорога ровная?"
    )
    ObservationFactory(
        initiative=initiative,
        area=area,
        answers={str(question.pk): "no"},
        state="verified",
        verified_on=timezone.localdate(),
    )

    rows = client.get("/api/v1/volunteer-observations/").json()["results"]
    questions = client.get("/api/v1/volunteer-checklists/").json()["results"]

    assert json.loads(rows[0]["answers"]) == {questions[0]["number"]: "no"}
    assert questions[0]["text_ru"] == "Дорога ровная?"


@pytest.mark.django_db
def test_questions_of_what_is_not_public_are_no_data(client):
    hidden = InitiativeFactory(state="draft")
    ChecklistItem.objects.create(initiative=hidden, text_kk="А", text_ru="Б")

    assert client.get("/api/v1/volunteer-checklists/").json()["results"] == []


@pytest.mark.django_db
def test_an_observation_stands_at_its_own_point(client):
    area = AreaFactory(label_longitude=71.4, label_latitude=51.1)
    fields = {
        "initiative": InitiativeFactory(),
        "area": area,
        "state": "verified",
        "verified_on": timezone.localdate(),
    }
    ObservationFactory(longitude=76.9, latitude=43.2, **fields)
    ObservationFactory(**fields)

    answer = client.get("/en/observations/export/geojson/")

    features = json.loads(answer.getvalue())["features"]
    found = [feature["geometry"]["coordinates"] for feature in features]
    assert found == [[76.9, 43.2], [71.4, 51.1]]


def test_a_photo_of_a_telephone_in_heic_is_drawn_anew():
    sent = SimpleUploadedFile("a.heic", photo_bytes("HEIF"), "image/heic")

    clean = clean_photo(sent)

    shown = Image.open(BytesIO(clean.content))
    assert shown.format == "JPEG"
    assert b"SecretCam" not in clean.content
    assert not shown.getexif()
    assert clean.point == (pytest.approx(51.5), pytest.approx(71.5))
