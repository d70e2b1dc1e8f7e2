"""Weights, estimates and releases out of counts; what failed is never published."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from foundation.notifications.models import Message
from foundation.territory.models import PublicBody
from surveys.crypto import derived
from surveys.flushing import add_counts
from surveys.models import (
    Finding,
    Invitation,
    PolicyAction,
    Release,
    TokenSpend,
    WeightScheme,
)
from surveys.services.fielding import close_wave, open_wave
from surveys.services.inviting import invite, remind
from surveys.services.publishing import (
    compute_weights,
    note_action,
    publish_release,
    verify,
)
from surveys.tally import count
from tests.factories.surveys import WaveFactory, fielded, question

pytestmark = pytest.mark.django_db

# (sex, age, yes): how many; the example computed by hand and by R.
HAND = {
    (1, 1, 1): 12, (1, 1, 2): 28, (1, 2, 1): 4, (1, 2, 2): 16,
    (2, 1, 1): 1, (2, 1, 2): 9, (2, 2, 1): 3, (2, 2, 2): 27,
}  # fmt: skip
MARGINS = [
    {"question": "sex", "targets": {"1": 52, "2": 48}, "source": "Census"},
    {"question": "age", "targets": {"1": 45, "2": 55}, "source": "Census"},
]
ITEMS = [
    question("yes", codes=(1, 2)),
    question("sex", codes=(1, 2)),
    question("age", codes=(1, 2)),
]


def hand_wave(sample="invited_probability", items=ITEMS, **more):
    wave = fielded(items, splits=["sex", "age"], sample=sample, **more)
    people = [
        {"sex": sex, "age": age, "yes": yes}
        for (sex, age, yes), n in HAND.items()
        for _ in range(n)
    ]
    add_counts(
        wave,
        count(wave.questionnaire.definition, wave.splits, ((p, set()) for p in people)),
    )
    return close_wave(wave=wave, by=None)


def raked(wave, margins=MARGINS, **more):
    scheme = WeightScheme.objects.create(
        wave=wave, kind="rake", margins=margins, **more
    )
    return compute_weights(scheme=scheme, by=None)


def released(wave, scheme=None, number=1, **more):
    release = Release.objects.create(wave=wave, scheme=scheme, number=number, **more)
    return publish_release(release=release, by=None)


def test_a_release_has_the_numbers_of_r():
    wave = hand_wave()
    scheme = raked(wave)

    release = released(wave, scheme)

    found = release.estimates.get(question="yes", code="1", split="")
    assert scheme.weights["1|1"] == pytest.approx(0.842898313430289, rel=1e-9)
    assert found.p == pytest.approx(0.18571593253721, abs=1e-10)
    assert found.se == pytest.approx(0.037453241724647, abs=1e-9)
    assert 0 < found.low < found.p < found.high < 1
    assert scheme.diagnostics["deff"] == pytest.approx(1.0280280007358, abs=1e-9)
    assert verify(release)


def test_small_groups_have_no_figures():
    release = released(hand_wave())

    small = release.estimates.filter(question="yes", code="1", level="2")
    assert not small.filter(p__isnull=False).exists()
    assert not small.filter(n__isnull=False).exists()


@pytest.mark.parametrize(("times", "flag"), [(1, "low_precision"), (9, "ok")])
def test_a_figure_has_its_effective_number_and_says_whether_it_is_sure(
    client, times, flag
):
    wave = fielded([question("met", codes=(1, 2))], sample="invited_probability")
    people = (({"met": 1 + n % 2}, set()) for n in range(28 * times))
    add_counts(wave, count(wave.questionnaire.definition, [], people))

    release = released(close_wave(wave=wave, by=None))

    page = client.get(release.get_absolute_url()).content.decode()
    figure = release.estimates.get(question="met", code="1")
    assert figure.flag == flag
    assert (figure.n_eff, figure.deff) == pytest.approx((28 * times, 1), rel=0.01)
    assert f'<td class="num">{28 * times}' in page
    assert ("low precision" in page) == (flag == "low_precision")


@pytest.mark.parametrize(
    ("margins", "words"),
    [
        ([{"question": "sex", "targets": {"1": 100}}], "without a target: 2"),
        (
            [{"question": "sex", "targets": {"1": 1, "2": 1, "3": 1}}],
            "not in the sample",
        ),
        (
            [{"question": "yes", "targets": {"1": 1, "2": 1}}],
            "Counts are not kept by yes",
        ),
        ([{"question": "sex"}], "targets"),
        ([], "no margin"),
    ],
)
def test_a_weighting_that_fails_says_why_and_is_not_published(margins, words):
    wave = hand_wave()
    scheme = raked(wave, margins)

    with pytest.raises(ValidationError, match="weighting failed"):
        released(wave, scheme)

    assert scheme.state == "failed"
    assert words in scheme.failure
    assert scheme.weights == {}


def test_an_open_wave_is_not_published():
    wave = fielded(ITEMS, splits=["sex", "age"])

    with pytest.raises(ValidationError, match="closed wave"):
        released(wave)


@pytest.mark.parametrize(
    "change", [{"sha256": "0"}, {"body": "{}"}, {"state": "draft"}]
)
def test_a_published_release_is_frozen(change):
    release = released(hand_wave())

    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(**change)
    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        release.estimates.update(p=0.5)


def test_a_correction_says_its_reason_and_the_old_one_stays(client):
    wave = hand_wave()
    first = released(wave)
    with pytest.raises(ValidationError, match="reason"):
        released(wave, number=2)
    Release.objects.filter(number=2).delete()

    second = released(
        wave, number=3, reason_kk="Түзету", reason_ru="Исправление", reason_en="Mended"
    )

    first.refresh_from_db()
    old = client.get(first.get_absolute_url()).content.decode()
    assert first.state == "superseded"
    assert first.sha256 in old
    assert "superseded this one" in old
    assert "Mended" in client.get(second.get_absolute_url()).content.decode()


def test_an_open_link_release_has_no_precision_of_sampling(client):
    release = released(hand_wave("open_link"))

    page = client.get(release.get_absolute_url()).content.decode()
    rows = client.get(f"{release.get_absolute_url()}csv/").content.decode()

    assert not release.estimates.filter(se__isnull=False).exists()
    assert "interval" not in page
    assert rows.splitlines()[0] == "question,code,split,level,n,base,p,deff,n_eff,flag"


def test_the_files_of_a_release_hold_every_estimate(client):
    release = released(hand_wave())
    total = release.estimates.count()

    rows = client.get(f"{release.get_absolute_url()}csv/").content.decode().splitlines()
    sdmx = (
        client.get(f"{release.get_absolute_url()}sdmx/").content.decode().splitlines()
    )

    assert len(rows) == len(sdmx) == total + 1
    assert sdmx[0].startswith("DATAFLOW,")


def test_waves_are_compared_where_the_words_are_the_same(client):
    first = hand_wave(opens_on=date(2020, 1, 1), closes_on=date(2020, 12, 31))
    released(first)
    second = WaveFactory(
        questionnaire=first.questionnaire, opens_on=date(2021, 1, 1),
        splits=["sex", "age"], sample="invited_probability",
    )  # fmt: skip
    second = open_wave(wave=second, by=None)
    add_counts(
        second,
        count(
            second.questionnaire.definition,
            second.splits,
            (
                ({"yes": 1 + (n % 10 > 5), "sex": 1, "age": 1}, set())
                for n in range(200)
            ),
        ),
    )
    release = released(close_wave(wave=second, by=None))

    page = client.get(release.get_absolute_url()).content.decode()

    assert "Since the wave before" in page
    assert "a significant change" in page


def test_a_letter_holds_the_code_and_nothing_else_does():
    wave = fielded(ITEMS, sample="invited_probability")
    row = Invitation.objects.create(wave=wave, email="a@example.org", language="en")

    invite(invitation=row, by=None)

    row.refresh_from_db()
    code = Message.objects.get().context["code"]
    assert row.spend_hash == derived("spend", code, wave.public_id)
    with pytest.raises(ValidationError, match="sent already"):
        invite(invitation=row, by=None)


def test_who_has_answered_is_not_reminded():
    wave = fielded(ITEMS, sample="invited_probability")
    row = Invitation.objects.create(wave=wave, email="a@example.org", language="en")
    invite(invitation=row, by=None)
    row.refresh_from_db()
    TokenSpend.objects.create(wave=wave, spend_hash=row.spend_hash)

    with pytest.raises(ValidationError, match="code was used"):
        remind(invitation=row, by=None)


def test_nobody_is_reminded_twice():
    wave = fielded(ITEMS, sample="invited_probability")
    row = Invitation.objects.create(wave=wave, email="a@example.org", language="en")
    invite(invitation=row, by=None)
    remind(invitation=row, by=None)

    with pytest.raises(ValidationError, match="twice"):
        remind(invitation=row, by=None)

    assert Message.objects.count() == 2


@pytest.fixture
def finding():
    return Finding.objects.create(
        wave=hand_wave(),
        text_kk="Табылды",
        text_ru="Найдено",
        text_en="Found",
        is_public=True,
    )


def test_a_rejection_needs_a_reason(finding):
    with (
        pytest.raises(IntegrityError, match="rejection_has_a_reason"),
        transaction.atomic(),
    ):
        PolicyAction.objects.create(finding=finding, decision="rejected")


def test_what_is_accepted_needs_an_owner_and_a_day(finding):
    with pytest.raises(IntegrityError, match="owner_and_day"), transaction.atomic():
        PolicyAction.objects.create(finding=finding, decision="accepted")


def test_what_is_overdue_is_listed_first(client, finding):
    action = PolicyAction.objects.create(
        finding=finding,
        due_on=date(2020, 1, 1),
        action_kk="Істеледі",
        action_ru="Делается",
        action_en="To be done",
    )
    note_action(action=action, by=None)

    page = client.get(reverse("surveys:actions")).content.decode()

    assert page.index("Overdue") < page.index("To be done")
    assert not PublicBody.objects.exists()
    with pytest.raises(DatabaseError, match="appended"), transaction.atomic():
        action.changes.update(status="done")
