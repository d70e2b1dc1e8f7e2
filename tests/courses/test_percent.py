"""One attempt has one percentage, wherever it is read."""

import csv
import json
import os
import random
import re
from base64 import urlsafe_b64decode
from decimal import ROUND_DOWN, Decimal
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone, translation

from courses.certificate_pdf import facts
from courses.models import Attempt, Certificate, Employment, TrainedShare
from courses.services.certificates import issue_certificate
from courses.training import write_shares
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory, LearnerFactory
from tests.factories.territory import PublicBodyFactory

pytestmark = pytest.mark.django_db


# A thousand and more: `benchmarks/courses_laws.py`.
ROUNDS = int(os.environ.get("PERCENT_ROUNDS", "30"))


def finished_attempt(version, chance):
    """Return an attempt of any result, near the pass mark more often than not."""
    learner = LearnerFactory(user=UserFactory())
    enrolment = EnrolmentFactory(
        learner=learner, version=version, completed_at=timezone.now()
    )
    highest = Decimal(chance.randint(1, 97000)) / 1000
    share = chance.choice([Decimal("0.6"), Decimal(chance.random())])
    step = chance.choice([Decimal(0), Decimal("0.00001"), Decimal("-0.00001")])
    mark = (highest * share).quantize(Decimal("0.00001"), rounding=ROUND_DOWN) + step
    attempt = Attempt.objects.create(
        enrolment=enrolment,
        quiz=version.quizzes.get(),
        number=1,
        seed=1,
        state="submitted",
        submitted_at=timezone.now(),
        mark=min(max(mark, Decimal(0)), highest),
        max_mark=highest,
        pass_num=60,
        pass_den=100,
    )
    attempt.refresh_from_db()
    return attempt


def in_text(text):
    return Decimal(re.sub(r"[^0-9.]", "", text))


def claims(token):
    return json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))


def on_pages(client, attempt):
    """Return what the result page and the learner's own table say."""
    client.force_login(attempt.enrolment.learner.user)
    page = client.get(f"/en/courses/attempts/{attempt.public_id}/result/")
    table = client.get("/en/courses/mine/results/").content.decode()
    row = next(csv.DictReader(StringIO(table)))
    shown = re.search(r'id="percent">([^<]+)<', page.content.decode())[1]
    assert row["passed"] == ("yes" if attempt.passed else "no")
    return {in_text(shown), Decimal(row["percent"])}


def on_certificate(client, attempt):
    """Return what the certificate, its paper, credential and the API say."""
    row = issue_certificate(enrolment=attempt.enrolment, name="A")
    row = Certificate.objects.get(pk=row.pk)
    page = client.get(f"/en/certificates/{row.serial}/").content.decode()
    api = client.get(f"/api/v1/certificates/{row.serial}/").json()
    with translation.override("en"):
        paper = {str(name): text for name, text in facts(row)}
    on_paper = paper["Result of the final test"]
    assert on_paper in page
    value = claims(row.jwt)["credentialSubject"]["result"][0]["value"]
    return {in_text(on_paper), Decimal(api["percent"]), Decimal(value)}


def share_published(client, version, attempts):
    """Return the share of staff trained, as dataset, API and CSV give it."""
    body, today = PublicBodyFactory(), timezone.localdate()
    for attempt in attempts:
        Employment.objects.create(
            user=attempt.enrolment.learner.user,
            body=body,
            period=DateRange(today, None),
            is_primary=True,
        )
    write_shares(version.course, today)
    row = TrainedShare.objects.get(body=body)
    api = client.get(f"/api/v1/training/?body={body.code}").json()["results"][0]
    table = b"".join(client.get("/en/data/training/csv/").streaming_content)
    line = next(csv.DictReader(StringIO(table.decode("utf-8-sig"))))
    assert (row.staff, row.trained) == (api["staff"], api["trained"])
    assert (str(row.staff), str(row.trained)) == (line["staff"], line["trained"])
    return row.trained, {Decimal(str(api["percent"])), Decimal(line["percent"])}


def test_one_attempt_has_one_percentage_everywhere(client, course_version):
    chance = random.Random(20)
    attempts = [finished_attempt(course_version, chance) for _ in range(ROUNDS)]
    passed = [one for one in attempts if one.mark * 100 >= one.max_mark * 60]

    wrong = [
        one.pk
        for one in attempts
        if on_pages(client, one) != {one.mark * 1000 // one.max_mark / 10}
    ]
    wrong += [
        one.pk
        for one in passed
        if on_certificate(client, one) != {one.mark * 1000 // one.max_mark / 10}
    ]

    assert wrong == []
    assert share_published(client, course_version, attempts) == (
        len(passed),
        {Decimal(len(passed) * 1000 // ROUNDS) / 10},
    )


def test_who_did_not_pass_gets_no_certificate(course_version):
    chance = random.Random(20)
    attempts = [finished_attempt(course_version, chance) for _ in range(30)]
    failed = [one for one in attempts if one.mark * 100 < one.max_mark * 60]

    assert failed
    for attempt in failed:
        with pytest.raises(ValidationError, match="not completed"):
            issue_certificate(enrolment=attempt.enrolment, name="A")


def test_nobody_reads_the_results_of_another(client, course_version):
    finished_attempt(course_version, random.Random(1))
    client.force_login(UserFactory())

    table = client.get("/en/courses/mine/results/").content.decode()

    assert len(table.splitlines()) == 1


def test_an_unknown_certificate_is_not_found_by_the_api(client):
    answer = client.get("/api/v1/certificates/00000000000000000000/")

    assert (answer.status_code, answer.json()["status"]) == (404, "unknown")
