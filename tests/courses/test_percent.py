"""One attempt has one percentage, wherever it is read."""

import json
import random
import re
from base64 import urlsafe_b64decode
from decimal import ROUND_DOWN, Decimal

import pytest
from django.utils import timezone, translation

from courses.certificate_pdf import facts
from courses.models import Attempt, Certificate
from courses.services.certificates import issue_certificate
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory, LearnerFactory

pytestmark = pytest.mark.django_db


def passed_attempt(version, chance):
    learner = LearnerFactory(user=UserFactory())
    enrolment = EnrolmentFactory(
        learner=learner, version=version, completed_at=timezone.now()
    )
    highest = Decimal(chance.randint(1, 97000)) / 1000
    least = (highest * 60 / 100).quantize(Decimal("0.00001")) + Decimal("0.00001")
    mark = least + (highest - least) * Decimal(chance.random())
    return Attempt.objects.create(
        enrolment=enrolment,
        quiz=version.quizzes.get(),
        number=1,
        seed=1,
        state="submitted",
        submitted_at=timezone.now(),
        mark=mark.quantize(Decimal("0.00001"), rounding=ROUND_DOWN),
        max_mark=highest,
        pass_num=60,
        pass_den=100,
    )


def in_text(text):
    return Decimal(re.sub(r"[^0-9.]", "", text))


def claims(token):
    return json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))


def percentages(client, attempt):
    """Return what result page, certificate, paper, credential and API say."""
    client.force_login(attempt.enrolment.learner.user)
    row = issue_certificate(enrolment=attempt.enrolment, name="A")
    row = Certificate.objects.get(pk=row.pk)
    result = client.get(f"/en/courses/attempts/{attempt.public_id}/result/")
    page = client.get(f"/en/certificates/{row.serial}/").content.decode()
    api = client.get(f"/api/v1/certificates/{row.serial}/").json()
    with translation.override("en"):
        paper = {str(name): text for name, text in facts(row)}
    on_paper = paper["Result of the final test"]
    assert on_paper in page
    shown = re.search(r'id="percent">([^<]+)<', result.content.decode())[1]
    value = claims(row.jwt)["credentialSubject"]["result"][0]["value"]
    return {in_text(shown), in_text(on_paper), Decimal(api["percent"]), Decimal(value)}


def test_result_certificate_paper_credential_and_api_agree(client, course_version):
    chance = random.Random(20)

    for _ in range(20):
        attempt = passed_attempt(course_version, chance)
        exact = attempt.mark * 1000 // attempt.max_mark / 10

        assert percentages(client, attempt) == {exact}


def test_an_unknown_certificate_is_not_found_by_the_api(client):
    answer = client.get("/api/v1/certificates/00000000000000000000/")

    assert (answer.status_code, answer.json()["status"]) == (404, "unknown")
