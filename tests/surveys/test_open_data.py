"""Published results as data: the same figures, the hidden ones without a value."""

import json

import pytest

from foundation.search.models import SearchDocument
from surveys.models import Finding, PolicyAction
from surveys.search import findings, surveys
from surveys.services.publishing import note_action
from tests.surveys.test_publishing import hand_wave, released

pytestmark = pytest.mark.django_db


def rows(client, path):
    return json.loads(client.get(f"/api/v1/{path}").content)["results"]


def test_a_draft_release_is_no_data(client):
    wave = hand_wave()
    wave.releases.create(number=1)

    assert rows(client, "survey-results/") == []


def test_every_figure_of_a_release_is_data_and_the_hidden_have_none(client):
    release = released(hand_wave())

    found = rows(client, f"survey-results/?wave={release.wave.public_id}&page_size=500")

    assert len(found) == release.estimates.count()
    assert {row["flag"] for row in found} == {"suppressed", "ok"}
    assert all(
        row["n"] is row["p"] is row["se"] is row["base"] is None
        for row in found
        if row["flag"] == "suppressed"
    )
    one = client.get(f"/api/v1/survey-results/{found[0]['key']}/").json()
    assert one == found[0]


def test_pages_of_figures_have_each_once(client):
    release = released(hand_wave())
    seen, address = [], "/api/v1/survey-results/?page_size=7"
    while address:
        page = client.get(address).json()
        seen += [row["key"] for row in page["results"]]
        address = page["next"]

    assert len(seen) == len(set(seen)) == release.estimates.count()


def test_an_open_link_gives_no_error_of_sampling_as_data(client):
    released(hand_wave("open_link"))

    found = rows(client, "survey-results/?page_size=500")

    assert all(row["se"] is row["low"] is row["high"] is None for row in found)


def test_waves_and_decisions_are_data(client):
    wave = hand_wave()
    finding = Finding.objects.create(
        wave=wave, text_kk="Табылды", text_ru="Найдено", text_en="Found"
    )
    PolicyAction.objects.create(finding=finding)

    assert [row["public_id"] for row in rows(client, "surveys/")] == [wave.public_id]
    assert rows(client, "survey-decisions/") == []

    Finding.objects.update(is_public=True)
    (decision,) = rows(client, "survey-decisions/")
    assert decision["finding_kk"] == "Табылды"
    assert client.get(f"/api/v1/survey-decisions/{decision['public_id']}/").json()


def test_a_survey_is_found_by_what_it_asks():
    wave = hand_wave()

    (document,) = surveys([wave.questionnaire.survey.code])

    assert "Text of yes" in document.body["kk"]


def test_a_finding_is_found_once_it_is_public():
    finding = Finding.objects.create(
        wave=hand_wave(), text_kk="Табылды", text_ru="Найдено", text_en="Found"
    )
    assert list(findings(None)) == []

    Finding.objects.update(is_public=True)
    (document,) = findings([finding.public_id])

    assert document.title["ru"] == "Найдено"


def test_a_decision_is_indexed_where_it_is_noted():
    finding = Finding.objects.create(
        wave=hand_wave(), text_kk="Табылды", text_ru="Найдено", text_en="Found",
        is_public=True,
    )  # fmt: skip
    action = PolicyAction.objects.create(finding=finding)

    note_action(action=action, by=None)

    assert SearchDocument.objects.filter(kind="survey-finding").count() == 3
