"""After the close nobody can say who was asked; words that name somebody stay hidden."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from foundation.notifications.mail import deliver_message
from foundation.notifications.models import Message
from surveys.models import Draft, Invitation, OpenText, Receipt, TokenSpend
from surveys.personal import names_somebody
from surveys.services.fielding import close_wave
from surveys.services.inviting import invite
from surveys.services.publishing import publish_release
from surveys.services.submitting import put_aside, submit_answer
from surveys.statistics.response_rates import (
    DispositionError,
    Dispositions,
    response_rates,
)
from tests.factories.surveys import fielded, question

pytestmark = pytest.mark.django_db

ITEMS = [question("yes", codes=(1, 2)), question("words", "text", codes=())]


@pytest.fixture
def asked():
    """A closed wave: forty letters went out, one more was never sent, ten answered."""
    wave = fielded(ITEMS, sample="invited_probability")
    rows = [
        Invitation.objects.create(wave=wave, email=f"a{n}@example.org")
        for n in range(41)
    ]
    for row in rows[:40]:
        invite(invitation=row, by=None)
    for message in Message.objects.order_by("pk")[:10]:
        submit_answer(
            wave=wave, code=message.context["code"], language="kk", seed=1,
            answers={"yes": 1}, texts={},
        )  # fmt: skip
    put_aside(wave=wave, fields=[("yes", "1")])
    return wave


def test_the_close_leaves_only_how_many_were_invited(asked):
    assert Invitation.objects.count() == 41

    wave = close_wave(wave=asked, by=None)

    assert wave.invited == 40
    assert wave.responses.count() == 10
    for model in (Invitation, TokenSpend, Receipt, Draft):
        assert not model.objects.exists()


def test_a_release_states_the_response_rates_of_aapor(asked, client):
    wave = close_wave(wave=asked, by=None)
    release = wave.releases.create(
        number=1, methodology={"dispositions": {"refused": 5, "eligible_share": 0.8}}
    )

    publish_release(release=release, by=None)

    release.refresh_from_db()
    rates = release.methodology["response_rates"]
    assert release.methodology["dispositions"]["unknown"] == 25
    assert rates["RR1"] == pytest.approx(10 / 40)
    assert rates["RR3"] == pytest.approx(10 / (15 + 0.8 * 25))
    assert rates["RR6"] == pytest.approx(10 / 15)
    assert "RR5" in client.get(release.get_absolute_url()).content.decode()


def test_more_cases_than_people_are_refused(asked):
    wave = close_wave(wave=asked, by=None)
    release = wave.releases.create(
        number=1, methodology={"dispositions": {"refused": 50}}
    )

    with pytest.raises(ValidationError, match="do not add up"):
        publish_release(release=release, by=None)


def test_volunteers_have_no_response_rate():
    wave = close_wave(wave=fielded(ITEMS), by=None)
    release = publish_release(release=wave.releases.create(number=1), by=None)

    assert "response_rates" not in release.methodology


def test_response_rates_by_hand():
    cases = Dispositions(50, 10, 20, 10, 10, 100, 0.5)

    found = response_rates(cases)

    assert found == pytest.approx(
        {"RR1": 0.25, "RR2": 0.3, "RR3": 1 / 3, "RR4": 0.4, "RR5": 0.5, "RR6": 0.6}
    )
    assert response_rates(Dispositions(0)) == {}
    with pytest.raises(DispositionError):
        Dispositions(1, refused=-1)


def test_the_code_of_a_letter_is_gone_once_it_is_sent(asked):
    message = Message.objects.order_by("pk").last()
    code = message.context["code"]

    assert deliver_message(message.pk)

    message.refresh_from_db()
    assert code in mail.outbox[0].body
    assert message.context == {}
    assert code not in "".join(map(str, Message.objects.filter(pk=message.pk).values()))


NAMING = [
    "жазыңыз: aigul@mail.kz",
    "ИИН 900101300123 көрсетілді",
    "звоните +7 701 123-45-67",
    "8(701)1234567",
]
PLAIN = ["", "12 ай ішінде 3 рет", "заплатил 100000 тенге", "01.02.2024 07:30", "@"]


@pytest.mark.parametrize("words", NAMING)
def test_words_that_name_somebody_are_known_and_never_public(words):
    assert names_somebody(words)
    wave = close_wave(wave=fielded(ITEMS), by=None)
    row = OpenText.objects.create(
        wave=wave, question="words", language="kk", text=words
    )

    row.review = "public"
    with pytest.raises(ValidationError, match="IIN"):
        row.full_clean()
    with pytest.raises(IntegrityError, match="names_nobody"), transaction.atomic():
        row.save()
    row.review, row.edited_text = "edited", "жазыңыз"
    row.full_clean()
    row.save()


@pytest.mark.parametrize("words", PLAIN)
def test_plain_words_are_public_after_review(words):
    assert not names_somebody(words)
    wave = close_wave(wave=fielded(ITEMS), by=None)

    OpenText.objects.create(
        wave=wave, question="words", language="kk", text=words, review="public"
    )


@pytest.mark.parametrize(("words", "is_warned"), [(NAMING[0], True), (PLAIN[1], False)])
def test_who_names_somebody_is_warned_before_sending(client, words, is_warned):
    wave = fielded(ITEMS)
    form = {"go": "next", "page": "0", "seed": "1", "words": words}

    page = client.post(
        reverse("surveys:answer", args=[wave.public_id]), form
    ).content.decode()

    assert ("seems to stand in what you wrote" in page) is is_warned
