from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from corruption_map.dashboard import panels
from tests.factories.corruption_map import (
    MeasureFactory,
    PublicCommentFactory,
    RiskAnalysisFactory,
    RiskFactory,
)


def counts(user):
    return {panel.title: panel.count for panel in panels(user)}


@pytest.fixture
def work(body):
    yesterday = timezone.localdate() - timedelta(days=1)
    risk = RiskFactory(body=body, published=True)
    MeasureFactory(risk=risk, executor=body, deadline=yesterday)
    MeasureFactory(risk=risk, executor=body, deadline=timezone.localdate())
    MeasureFactory(risk=risk, executor=body, reported=True)
    MeasureFactory(risk=risk, executor=body, state="returned")
    RiskFactory(body=body, in_review=True)
    RiskFactory(body=body)
    PublicCommentFactory(risk=risk)
    PublicCommentFactory(risk=risk, published=True)
    RiskAnalysisFactory(body=body)


@pytest.mark.usefixtures("work")
def test_stranger_has_nothing_to_do(stranger):
    assert set(counts(stranger).values()) == {0}


@pytest.mark.usefixtures("work")
def test_officer_sees_the_work_of_the_body(officer):
    assert counts(officer) == {
        "Measures overdue": 1,
        "Measures returned": 1,
        "Comments to reply to": 1,
        "Drafts": 1,
        "Analyses overdue": 1,
    }


@pytest.mark.usefixtures("work")
def test_agency_sees_what_it_judges(editor):
    assert counts(editor) == {
        "Risks to review": 1,
        "Comments to moderate": 1,
        "Measures to verify": 1,
        "Measures overdue": 1,
        "Measures returned": 1,
        "Drafts": 1,
        "Analyses overdue": 1,
    }


def test_own_report_is_not_offered_for_verification(editor):
    MeasureFactory(reported=True, reported_by=editor)

    assert counts(editor)["Measures to verify"] == 0


def test_a_body_analysed_since_is_not_overdue(editor, body):
    RiskAnalysisFactory(body=body)
    later = timezone.localdate() + timedelta(days=1)
    RiskAnalysisFactory(body=body, done_on=timezone.localdate(), next_due_on=later)

    assert counts(editor)["Analyses overdue"] == 0


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("person", ["editor", "officer"])
def test_panel_counts_what_its_list_shows(request, sign_in, person):
    user = request.getfixturevalue(person)
    client = sign_in(user)

    shown = {
        panel.title: client.get(panel.more_url).context["cl"].result_count
        for panel in panels(user)
    }

    assert shown == counts(user)


@pytest.mark.usefixtures("work")
def test_first_page_shows_the_panels(sign_in, editor):
    assert "Risks to review" in sign_in(editor).get(reverse("admin:index")).text
