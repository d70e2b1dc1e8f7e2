import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from corruption_map.models import PublicComment
from corruption_map.services.comments import (
    moderate_comment,
    rate_reply,
    reply_to_comment,
    submit_comment,
)
from foundation.audit.models import AuditEvent
from tests.factories.accounts import UserFactory
from tests.factories.corruption_map import (
    MeasureFactory,
    PublicCommentFactory,
    RiskFactory,
)
from tests.factories.territory import PublicBodyFactory, ScopeFactory

State = PublicComment.State


def submit(risk, text="The queue is still there", measure=None):
    return submit_comment(risk=risk, measure=measure, text=text, language="en")


@pytest.mark.django_db
def test_comment_waits_for_a_moderator():
    comment = submit(RiskFactory(published=True))

    assert comment.state == State.PENDING
    assert not PublicComment.objects.published().exists()


@pytest.mark.django_db
def test_nothing_tells_when_a_comment_came():
    submit(RiskFactory(published=True))

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_personal_data_are_flagged_without_a_copy():
    comment = submit(RiskFactory(published=True), "Write to a.b@example.org")

    assert comment.personal_data == [{"kind": "email", "start": 9, "end": 24}]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
def test_hidden_risk_takes_no_comment(state):
    with pytest.raises(ValidationError, match="nothing public"):
        submit(RiskFactory(state=state))


@pytest.mark.django_db
def test_comment_on_the_measure_of_another_risk_is_refused():
    with pytest.raises(ValidationError, match="nothing public"):
        submit(RiskFactory(published=True), measure=MeasureFactory())


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_comment_has_a_length(text):
    with pytest.raises(ValidationError, match="between 1 and 2000"):
        submit(RiskFactory(published=True), text)


@pytest.mark.parametrize("who", ["officer", "stranger", "nobody"])
def test_only_the_agency_moderates(request, body, who):
    comment = PublicCommentFactory(risk__body=body)
    by = (
        UserFactory(staff=True, roles=["map editor"])
        if who == "nobody"
        else request.getfixturevalue(who)
    )

    with pytest.raises(PermissionDenied):
        moderate_comment(comment=comment, publish=True, by=by, reason="")


def test_rejecting_needs_a_reason(editor):
    with pytest.raises(ValidationError, match="Say why"):
        moderate_comment(
            comment=PublicCommentFactory(), publish=False, by=editor, reason=" "
        )


def test_published_comment_can_be_taken_down(editor):
    comment = PublicCommentFactory(published=True)

    moderate_comment(comment=comment, publish=False, by=editor, reason="Names a person")

    comment.refresh_from_db()
    assert comment.state == State.REJECTED


def test_rejected_comment_stays_rejected(editor):
    comment = PublicCommentFactory(state=State.REJECTED, rejection_reason="Spam")

    with pytest.raises(ValidationError, match="already"):
        moderate_comment(comment=comment, publish=True, by=editor, reason="")


def test_moderation_is_audited(editor):
    comment = PublicCommentFactory()

    moderate_comment(comment=comment, publish=True, by=editor, reason="")

    event = AuditEvent.objects.get()
    assert (event.action, event.target_id, event.actor) == (
        "publish",
        comment.public_id,
        editor,
    )


def test_another_body_does_not_reply(stranger, body):
    comment = PublicCommentFactory(risk__body=body, published=True)

    with pytest.raises(PermissionDenied):
        reply_to_comment(comment=comment, reply={"en": "No"}, by=stranger)


def test_body_below_does_not_reply(stranger, body, other_body):
    other_body.parent = body
    other_body.save()
    comment = PublicCommentFactory(risk__body=body, published=True)

    with pytest.raises(PermissionDenied):
        reply_to_comment(comment=comment, reply={"en": "No"}, by=stranger)


def test_body_above_replies(body):
    body.parent = PublicBodyFactory()
    body.save()
    chief = UserFactory(staff=True, roles=["body officer"])
    ScopeFactory(user=chief, kind="body", body=body.parent)
    comment = PublicCommentFactory(risk__body=body, published=True)

    replied = reply_to_comment(comment=comment, reply={"kk": "Рақмет"}, by=chief)

    assert replied.reply_kk == "Рақмет"


def test_executor_of_the_measure_replies(officer, body, other_body):
    risk = RiskFactory(published=True, body=other_body)
    measure = MeasureFactory(risk=risk, executor=body)
    comment = PublicCommentFactory(risk=risk, measure=measure, published=True)

    assert reply_to_comment(comment=comment, reply={"en": "Soon"}, by=officer)


def test_agency_replies(editor):
    comment = PublicCommentFactory(published=True)

    assert reply_to_comment(comment=comment, reply={"en": "Soon"}, by=editor)


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED])
def test_only_a_published_comment_is_replied_to(editor, state):
    comment = PublicCommentFactory(state=state, rejection_reason="Spam")

    with pytest.raises(ValidationError, match="published comment"):
        reply_to_comment(comment=comment, reply={"en": "Soon"}, by=editor)


def test_a_reply_is_not_rewritten_under_its_rating(editor):
    comment = PublicCommentFactory(replied=True)

    with pytest.raises(ValidationError, match="already"):
        reply_to_comment(comment=comment, reply={"en": "Other"}, by=editor)


@pytest.mark.django_db
@pytest.mark.parametrize("stars", [0, 6, -1])
def test_rating_lies_between_1_and_5(stars):
    with pytest.raises(ValidationError, match="between 1 and 5"):
        rate_reply(comment=PublicCommentFactory(replied=True), stars=stars)


@pytest.mark.django_db
def test_without_a_reply_there_is_nothing_to_rate():
    with pytest.raises(ValidationError, match="no reply"):
        rate_reply(comment=PublicCommentFactory(published=True), stars=5)


@pytest.mark.django_db
def test_database_refuses_six_stars():
    with pytest.raises(IntegrityError, match="ratings_between"):
        PublicCommentFactory(rating_sum=6, rating_count=1)
