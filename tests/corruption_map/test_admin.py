"""The staff pages: who sees which rows, which buttons there are, what they do."""

import pytest
from django.contrib import admin
from django.urls import reverse

from corruption_map.models import Change, Evidence, Measure, PublicComment, Risk
from foundation.audit.models import AuditEvent
from tests.factories.accounts import UserFactory
from tests.factories.corruption_map import (
    DetectionSourceFactory,
    EvidenceFactory,
    MeasureFactory,
    ProgressReportFactory,
    PublicCommentFactory,
    RiskAnalysisFactory,
    RiskAssessmentFactory,
    RiskFactory,
    SphereFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import AreaFactory, PublicBodyFactory, ScopeFactory

MANAGEMENT = {
    f"{inline}-{name}_FORMS": "0"
    for inline in (
        "assessments",
        "measures",
        "changes",
        "evidence",
        "reports",
        "deadline_changes",
    )
    for name in ("TOTAL", "INITIAL")
}


def page(model, name, *args):
    return reverse(f"admin:corruption_map_{model}_{name}", args=args)


def step(row, name):
    return page(row._meta.model_name, "step", row.pk, name)


def body_rows(body):
    """One row of each kind that belongs to a body."""
    risk = RiskFactory(body=body, published=True)
    measure = MeasureFactory(risk=risk, executor=body)
    return {
        "risk": risk,
        "measure": measure,
        "evidence": EvidenceFactory(measure=measure),
        "progressreport": ProgressReportFactory(measure=measure),
        "publiccomment": PublicCommentFactory(risk=risk, published=True),
        "vulnerableposition": VulnerablePositionFactory(body=body),
        "riskanalysis": RiskAnalysisFactory(body=body),
    }


SCOPED = [
    "risk",
    "measure",
    "evidence",
    "progressreport",
    "publiccomment",
    "vulnerableposition",
    "riskanalysis",
]


@pytest.mark.parametrize("name", SCOPED)
@pytest.mark.parametrize("view", ["change", "history", "delete"])
def test_row_of_another_body_is_not_found(sign_in, stranger, body, name, view):
    row = body_rows(body)[name]

    response = sign_in(stranger).get(page(name, view, row.pk))

    assert response.status_code == 404


@pytest.mark.parametrize("name", SCOPED)
def test_row_of_another_body_is_not_listed(sign_in, stranger, body, name):
    row = body_rows(body)[name]

    response = sign_in(stranger).get(page(name, "changelist"))

    assert response.status_code == 200
    assert page(name, "change", row.pk) not in response.text


@pytest.mark.parametrize("name", SCOPED)
def test_own_row_is_listed_and_opens(sign_in, officer, body, name):
    row = body_rows(body)[name]
    client = sign_in(officer)

    assert page(name, "change", row.pk) in client.get(page(name, "changelist")).text
    assert client.get(page(name, "change", row.pk)).status_code == 200
    assert client.get(page(name, "history", row.pk)).status_code == 200


@pytest.mark.parametrize("name", SCOPED)
def test_somebody_without_scope_sees_nothing(sign_in, body, name):
    row = body_rows(body)[name]
    client = sign_in(UserFactory(staff=True, roles=["map editor"]))

    assert client.get(page(name, "change", row.pk)).status_code == 404


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("risk", ["hand-in", "publish", "return", "close", "withdraw"]),
        ("measure", ["report", "verify", "evidence", "deadline", "cancel", "progress"]),
        ("publiccomment", ["publish", "reject", "reply"]),
        ("evidence", ["remove"]),
    ],
)
def test_steps_of_another_body_are_not_found(sign_in, stranger, body, name, steps):
    row = body_rows(body)[name]
    client = sign_in(stranger)

    answers = {client.post(step(row, each)).status_code for each in steps}

    assert answers == {404}


def test_choices_end_with_the_scope(sign_in, officer, body, other_body):
    text = sign_in(officer).get(page("risk", "add")).text

    assert f'<option value="{body.pk}" selected>' in text
    assert f'<option value="{other_body.pk}"' not in text


def test_autocomplete_offers_no_row_of_another_body(sign_in, stranger, body):
    row = body_rows(body)["risk"]

    response = sign_in(stranger).get(
        reverse("admin:autocomplete"),
        {
            "app_label": "corruption_map",
            "model_name": "measure",
            "field_name": "risk",
            "term": row.public_id,
        },
    )

    assert response.json()["results"] == []


def risk_post(**values):
    return {
        "year": "2024",
        "area": AreaFactory().pk,
        "sphere": SphereFactory().pk,
        "detection_source": DetectionSourceFactory().pk,
        "title_kk": "Кезек",
        "title_ru": "Очередь",
        "original_language": "kk",
        **MANAGEMENT,
        **values,
    }


def test_officer_adds_a_draft_of_the_own_body(sign_in, officer, body):
    sign_in(officer).post(page("risk", "add"), risk_post(body=body.pk))

    risk = Risk.objects.get()
    assert (risk.state, risk.body) == (Risk.State.DRAFT, body)
    assert AuditEvent.objects.filter(action="add", target_id=risk.public_id).exists()


@pytest.mark.parametrize("whose", ["other", "nobody"])
def test_officer_adds_no_risk_elsewhere(sign_in, officer, other_body, whose):
    value = other_body.pk if whose == "other" else ""

    response = sign_in(officer).post(page("risk", "add"), risk_post(body=value))

    assert response.context["adminform"].form.errors["body"]
    assert not Risk.objects.exists()


def test_state_is_not_edited(sign_in, editor):
    risk = RiskFactory()
    values = risk_post(state="published", published_at="2024-01-01")

    sign_in(editor).post(page("risk", "change", risk.pk), values | {"title_kk": "Жаңа"})

    risk.refresh_from_db()
    assert (risk.state, risk.title_kk) == (Risk.State.DRAFT, "Жаңа")


def test_editing_a_published_risk_is_public(sign_in, editor):
    risk = RiskFactory(published=True)

    sign_in(editor).post(page("risk", "change", risk.pk), risk_post(title_en="Line"))

    assert Change.objects.get(field="title_en").after == "Line"


def test_published_risk_keeps_its_titles(sign_in, editor):
    risk = RiskFactory(published=True)

    response = sign_in(editor).post(
        page("risk", "change", risk.pk), risk_post(title_ru="")
    )

    errors = response.context["adminform"].form.errors
    assert errors["title_ru"] == [
        "A published risk has a title in Kazakh and in Russian"
    ]


def test_officer_reads_a_published_risk_without_buttons(sign_in, officer, body):
    risk = RiskFactory(published=True, body=body)

    response = sign_in(officer).get(page("risk", "change", risk.pk))

    assert response.status_code == 200
    assert [each["label"] for each in response.context["steps"]] == ["Add a measure"]
    assert 'name="_save"' not in response.text


def test_officer_changes_no_published_risk(sign_in, officer, body):
    risk = RiskFactory(published=True, body=body)

    response = sign_in(officer).post(page("risk", "change", risk.pk), risk_post())

    assert response.status_code == 403


def test_residual_level_asks_for_proof(sign_in, editor):
    risk = RiskFactory()
    values = risk_post(
        **{
            "assessments-TOTAL_FORMS": "1",
            "assessments-0-kind": "residual",
            "assessments-0-likelihood": "1",
            "assessments-0-impact": "1",
            "assessments-0-assessed_on": "2024-05-06",
        }
    )

    response = sign_in(editor).post(page("risk", "change", risk.pk), values)

    assert "verified as done and has evidence" in response.text
    assert not risk.assessments.exists()


def test_assessment_sets_the_level(sign_in, editor):
    risk = RiskFactory()
    values = risk_post(
        **{
            "assessments-TOTAL_FORMS": "1",
            "assessments-0-kind": "current",
            "assessments-0-likelihood": "4",
            "assessments-0-impact": "5",
            "assessments-0-assessed_on": "2024-05-06",
        }
    )

    sign_in(editor).post(page("risk", "change", risk.pk), values)

    risk.refresh_from_db()
    assert risk.current_score == 20


def test_publishing_asks_first(sign_in, editor):
    risk = RiskFactory(in_review=True)
    client = sign_in(editor)

    asked = client.get(step(risk, "publish"))
    answer = client.post(step(risk, "publish"))

    assert "Everybody sees the risk" in asked.text
    assert answer.status_code == 302
    risk.refresh_from_db()
    assert risk.state == Risk.State.PUBLISHED


def test_returning_needs_a_reason(sign_in, editor):
    risk = RiskFactory(in_review=True)

    response = sign_in(editor).post(step(risk, "return"))

    assert "Say why, in at least one language" in response.text
    risk.refresh_from_db()
    assert risk.state == Risk.State.IN_REVIEW


def test_officer_publishes_nothing(sign_in, officer, body):
    risk = RiskFactory(in_review=True, body=body)

    assert sign_in(officer).post(step(risk, "publish")).status_code == 403
    risk.refresh_from_db()
    assert risk.state == Risk.State.IN_REVIEW


def test_step_that_is_no_longer_possible_says_so(sign_in, editor):
    risk = RiskFactory(published=True)

    response = sign_in(editor).post(step(risk, "publish"), follow=True)

    assert "Meanwhile this is no longer possible" in response.text


@pytest.mark.parametrize("name", ["verify", "return"])
def test_executor_has_no_verify_button(sign_in, officer, body, name):
    measure = MeasureFactory(reported=True, executor=body)
    client = sign_in(officer)

    text = client.get(page("measure", "change", measure.pk)).text
    answer = client.post(step(measure, name), {"reason_en": "Because"})

    assert step(measure, name) not in text
    assert answer.status_code == 403
    measure.refresh_from_db()
    assert measure.state == Measure.State.REPORTED_DONE


def test_reporter_of_the_agency_has_no_verify_button(sign_in, editor):
    measure = MeasureFactory(reported=True, reported_by=editor)
    client = sign_in(editor)

    assert (
        step(measure, "verify")
        not in client.get(page("measure", "change", measure.pk)).text
    )
    assert client.post(step(measure, "verify")).status_code == 403


def test_editor_verifies(sign_in, editor):
    measure = MeasureFactory(reported=True)

    sign_in(editor).post(step(measure, "verify"))

    measure.refresh_from_db()
    assert (measure.state, measure.verified_by) == (Measure.State.VERIFIED_DONE, editor)


def test_deadline_is_read_only_once_it_stands(sign_in, editor):
    measure = MeasureFactory(deadline="2025-01-31")
    values = MANAGEMENT | {"text_en": "Other", "deadline": "2030-01-01"}

    sign_in(editor).post(page("measure", "change", measure.pk), values)

    measure.refresh_from_db()
    assert (str(measure.deadline), measure.text_en) == ("2025-01-31", "Other")


def test_deadline_moves_with_reason_and_act(sign_in, editor):
    measure = MeasureFactory(deadline="2025-01-31")

    sign_in(editor).post(
        step(measure, "deadline"),
        {"to": "2025-06-30", "act": "No. 7", "reason_en": "Tender failed"},
    )

    moved = measure.deadline_changes.get()
    assert (str(moved.before), str(moved.after)) == ("2025-01-31", "2025-06-30")
    assert (moved.act, moved.reason_en) == ("No. 7", "Tender failed")


def test_same_deadline_is_an_error_of_the_field(sign_in, editor):
    measure = MeasureFactory(deadline="2025-01-31")

    response = sign_in(editor).post(
        step(measure, "deadline"),
        {"to": "2025-01-31", "act": "No. 7", "reason_en": "Because"},
    )

    assert response.context["form"].errors["to"] == ["This is the deadline already"]


def many(client, model, action, rows, **values):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **values}
    return client.post(page(model, "changelist"), data, follow=True)


def test_verifying_many_says_what_is_left_out(sign_in, editor):
    proved = EvidenceFactory(measure__reported=True).measure
    bare = MeasureFactory(reported=True)
    own = EvidenceFactory(measure__reported=True, measure__reported_by=editor).measure
    planned = MeasureFactory()
    client = sign_in(editor)
    rows = [proved, bare, own, planned]

    asked = many(client, "measure", "verify_many", rows)
    done = many(client, "measure", "verify_many", rows, confirmed="1")

    assert {row for row, _ in asked.context["skipped"]} == {planned, bare, own}
    assert "Left out" in done.text
    states = {row.pk: row.state for row in Measure.objects.all()}
    assert states[proved.pk] == Measure.State.VERIFIED_DONE
    assert {states[row.pk] for row in (bare, own)} == {Measure.State.REPORTED_DONE}


def test_nothing_is_done_before_it_is_confirmed(sign_in, editor):
    measure = EvidenceFactory(measure__reported=True).measure

    many(sign_in(editor), "measure", "verify_many", [measure])

    measure.refresh_from_db()
    assert measure.state == Measure.State.REPORTED_DONE


def test_executor_verifies_nothing_in_bulk(sign_in, officer, body):
    measure = EvidenceFactory(measure__reported=True, measure__executor=body).measure

    many(sign_in(officer), "measure", "verify_many", [measure], confirmed="1")

    measure.refresh_from_db()
    assert measure.state == Measure.State.REPORTED_DONE


def test_stranger_does_nothing_in_bulk(sign_in, editor, body):
    area_editor = UserFactory(staff=True, roles=["map editor"])
    ScopeFactory(user=area_editor, kind="area", area=AreaFactory())
    risk = RiskFactory(in_review=True, body=body)

    many(sign_in(area_editor), "risk", "publish_many", [risk], confirmed="1")

    risk.refresh_from_db()
    assert risk.state == Risk.State.IN_REVIEW


def test_publishing_many_leaves_out_what_has_no_title(sign_in, editor):
    whole = RiskFactory(in_review=True)
    half = RiskFactory(in_review=True, title_ru="")

    response = many(
        sign_in(editor), "risk", "publish_many", [whole, half], confirmed="1"
    )

    assert "Write the title in Kazakh and in Russian" in response.text
    assert list(Risk.objects.public()) == [whole]


def test_evidence_is_added_and_handed_out_as_attachment(
    sign_in, officer, body, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    measure = MeasureFactory(executor=body)
    client = sign_in(officer)
    file = tmp_path / "order.pdf"
    file.write_bytes(b"%PDF-1.7 the order")
    with file.open("rb") as opened:
        client.post(
            step(measure, "evidence"), {"title_en": "The order", "file": opened}
        )

    evidence = Evidence.objects.get()
    answer = client.get(page("evidence", "file", evidence.pk))
    answer.close()

    assert len(evidence.sha256) == 64
    assert "order" not in evidence.file.name
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_file_of_another_body_is_not_handed_out(sign_in, stranger, body):
    evidence = body_rows(body)["evidence"]

    assert (
        sign_in(stranger).get(page("evidence", "file", evidence.pk)).status_code == 404
    )


def test_evidence_of_a_verified_measure_has_no_remove_button(sign_in, editor):
    evidence = EvidenceFactory(measure__verified=True)
    client = sign_in(editor)

    client.post(step(evidence, "remove"))

    assert (
        step(evidence, "remove")
        not in client.get(page("evidence", "change", evidence.pk)).text
    )
    assert Evidence.objects.exists()


def test_comments_that_wait_stand_first(sign_in, editor):
    old = PublicCommentFactory(received_on="2020-01-01")
    PublicCommentFactory(published=True, received_on="2024-01-01")

    response = sign_in(editor).get(page("publiccomment", "changelist"))

    assert response.context["cl"].result_list[0] == old


def test_personal_data_of_a_comment_are_marked(sign_in, editor):
    comment = PublicCommentFactory(
        text="Call +7 701 123 45 67 <b>now</b>",
        personal_data=[{"kind": "phone", "start": 5, "end": 21}],
    )

    text = sign_in(editor).get(page("publiccomment", "change", comment.pk)).text

    assert "Call <mark>+7 701 123 45 67</mark> &lt;b&gt;now&lt;/b&gt;" in text


def test_flagged_comment_is_published_only_when_looked_at(sign_in, editor):
    comment = PublicCommentFactory(
        text="a@b.kz", personal_data=[{"kind": "email", "start": 0, "end": 6}]
    )
    client = sign_in(editor)

    many(client, "publiccomment", "publish_many", [comment], confirmed="1")
    unseen = client.post(step(comment, "publish"))

    assert unseen.context["form"].errors["has_looked"]
    comment.refresh_from_db()
    assert comment.state == PublicComment.State.PENDING
    client.post(step(comment, "publish"), {"has_looked": "on"})
    comment.refresh_from_db()
    assert comment.state == PublicComment.State.PUBLISHED


def test_officer_sees_no_comment_that_waits(sign_in, officer, body):
    comment = PublicCommentFactory(risk__body=body)

    answer = sign_in(officer).get(page("publiccomment", "change", comment.pk))

    assert answer.status_code == 404


def test_body_replies(sign_in, officer, body):
    comment = PublicCommentFactory(risk__body=body, published=True)

    sign_in(officer).post(step(comment, "reply"), {"reply_kk": "Рақмет"})

    comment.refresh_from_db()
    assert comment.reply_kk == "Рақмет"


def test_history_shows_staff_and_public_changes(sign_in, editor):
    risk = RiskFactory(in_review=True)
    client = sign_in(editor)
    client.post(step(risk, "publish"))
    client.post(page("risk", "change", risk.pk), risk_post(title_en="Line"))

    response = client.get(page("risk", "history", risk.pk))

    assert [event.action for event in response.context["events"]] == [
        "change",
        "move to published",
    ]
    assert response.context["changes"]


LISTED = {
    "risk": lambda: RiskAssessmentFactory(
        risk=MeasureFactory(risk__body=PublicBodyFactory(), deadline="2020-01-01").risk
    ),
    "measure": lambda: MeasureFactory(executor=PublicBodyFactory()),
    "evidence": EvidenceFactory,
    "progressreport": ProgressReportFactory,
    "publiccomment": PublicCommentFactory,
    "vulnerableposition": VulnerablePositionFactory,
    "riskanalysis": RiskAnalysisFactory,
}


@pytest.mark.parametrize("name", LISTED)
def test_list_asks_no_more_for_more_rows(
    sign_in, editor, name, django_assert_max_num_queries
):
    client = sign_in(editor)
    LISTED[name]()
    client.get(page(name, "changelist"))
    for _ in range(5):
        LISTED[name]()

    with django_assert_max_num_queries(22):
        client.get(page(name, "changelist"))


@pytest.mark.parametrize("name", ["sphere", "detectionsource", "sourcedocument"])
def test_code_of_a_catalogue_row_does_not_change(sign_in, editor, name):
    row = admin.site._registry
    model = next(model for model in row if model._meta.model_name == name)
    values = {
        f"{stem}_{language}": "x"
        for stem in ("name", "title")
        for language in ("kk", "ru", "en")
    }
    client = sign_in(editor)
    client.post(page(name, "add"), {"code": "first", **values})
    stored = model.objects.get()

    client.post(page(name, "change", stored.pk), {"code": "second", **values})

    stored.refresh_from_db()
    assert stored.code == "first"
    assert client.get(page(name, "delete", stored.pk)).status_code == 403
