"""People drawn with unequal chances: the stratum of a letter weighs its answer."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from surveys.crypto import derived, new_code
from surveys.estimates import weigh
from surveys.flushing import add_counts, differences, flush
from surveys.models import Inbox, Invitation, Response, WeightScheme
from surveys.services.fielding import close_wave
from surveys.services.inviting import invite
from surveys.services.submitting import submit_answer
from surveys.tally import count
from tests.factories.surveys import fielded, question
from tests.surveys.test_publishing import released

pytestmark = pytest.mark.django_db

STRATA = {"town": 4.0, "village": 1.0}
ITEMS = [question("yes", codes=(1, 2)), question("sex", codes=(1, 2))]


def drawn(strata=STRATA, sample="invited_probability"):
    return fielded(ITEMS, splits=["sex"], sample=sample, strata=strata)


def listed(wave, stratum, n, **more):
    return Invitation.objects.bulk_create(
        Invitation(wave=wave, email=f"{stratum}{i}@example.kz", stratum=stratum, **more)
        for i in range(n)
    )


@pytest.mark.parametrize(
    "strata",
    [
        {"town": 0},
        {"town": -1},
        {"town": "4"},
        {"town": True},
        {"town": None},
        {"a|b": 1},
        {"": 1},
        ["town"],
    ],
)
def test_what_is_no_design_weight_is_refused(strata):
    with pytest.raises(ValidationError, match="weight above 0"):
        drawn(strata)


def test_who_gets_no_letter_has_no_design_weight():
    with pytest.raises(ValidationError, match="open to everybody"):
        drawn(sample="open_link")


def test_design_weights_are_a_promise():
    wave = drawn()
    wave.strata = {"town": 1.0, "village": 1.0}

    with pytest.raises(DatabaseError, match="promised"), transaction.atomic():
        wave.save()


@pytest.mark.parametrize(("stratum", "n"), [("city", 50), ("town", 49), ("", 50)])
def test_no_letter_to_a_stratum_that_is_unknown_or_small(stratum, n):
    wave = drawn()
    row = listed(wave, stratum, n)[0]

    with pytest.raises(ValidationError, match="stratum"):
        invite(invitation=row, by=None)


def test_an_answer_keeps_the_stratum_of_its_letter(client):
    wave = drawn()
    code = new_code()
    row = listed(wave, "town", 50)[0]
    invite(invitation=row, by=None)
    row.refresh_from_db()
    row.spend_hash = derived("spend", code, wave.public_id)
    row.sent_on = date(2025, 1, 1)
    row.save()

    said = {"language": "kk", "seed": 0, "answers": {"yes": 1, "sex": 2}, "texts": {}}
    submit_answer(wave=wave, code=code, **said)
    flush(wave, is_last=True)

    assert [r.cell for r in Response.objects.all()] == ["2|town"]
    assert differences(wave) == []
    page = client.get(f"/en/surveys/answer/{wave.public_id}/")
    assert b"which part of the sample your letter belongs to" in page.content


def test_without_strata_nothing_of_the_sample_is_kept():
    wave = drawn({})
    code = new_code()
    listed(wave, "town", 1, spend_hash=derived("spend", code, wave.public_id))

    said = {"language": "kk", "seed": 0, "answers": {"yes": 1, "sex": 2}, "texts": {}}
    submit_answer(wave=wave, code=code, **said)

    assert "stratum" not in Inbox.objects.get().payload


def counted(wave):
    """Of towns 20 of 50 say yes, of villages 40 of 50."""
    people = [
        ({"yes": 1 + (i >= yes), "sex": 1 + i % 2}, set(), stratum)
        for stratum, yes in (("town", 20), ("village", 40))
        for i in range(50)
    ]
    add_counts(wave, count(wave.questionnaire.definition, wave.splits, iter(people)))
    return close_wave(wave=wave, by=None)


def test_shares_are_weighted_by_the_design():
    release = released(counted(drawn()))

    share = release.estimates.get(question="yes", code="1", split="")
    # (4 × 20 + 1 × 40) / (4 × 50 + 1 × 50)
    assert share.p == pytest.approx(0.48, rel=1e-12)
    # Kish: 100 × (50 × 16 + 50 × 1) / 250²
    assert share.n_eff == pytest.approx(100 / 1.36, rel=1e-12)
    assert release.methodology["design_weights"] == STRATA


def test_raking_begins_with_the_design_weights():
    wave = counted(drawn())
    margins = [{"question": "sex", "targets": {"1": 70, "2": 30}}]

    scheme = WeightScheme(wave=wave, kind="rake", margins=margins)
    weights = dict(zip(weigh(scheme).cells, weigh(scheme).weights, strict=True))

    assert weights["1|town"] / weights["1|village"] == pytest.approx(4, rel=1e-9)
    assert weights["1|town"] / weights["2|town"] == pytest.approx(70 / 30, rel=1e-9)
    assert sum(50 / 2 * w for w in weights.values()) == pytest.approx(100, rel=1e-9)
