import gzip
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from io import BytesIO
from time import perf_counter

import jwt as pyjwt
import pypdf
import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.verifier import OB3Verifier

from courses.certificate_pdf import certificate_pdf
from courses.credentials import public_jwk, read_credential, signing_key
from courses.marking import finish_attempt
from courses.models import Block, Certificate, Enrolment
from courses.progress import mark_done, recount
from courses.services.certificates import (
    correct_name,
    issue_certificate,
    revoke_certificate,
)
from courses.services.learning import enrol
from courses.services.testing import save_answers, start_attempt
from tests.courses.test_testing import sent
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory, LearnerFactory

NAME = "Әлия Ғабитқызы Һәмзеңқөжүұлы"


def complete(enrolment, right=None):
    quiz = enrolment.version.quizzes.get()
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)
    save_answers(attempt=attempt, sent=sent(attempt, right))
    finish_attempt(attempt=attempt)
    mark_done(enrolment=enrolment, blocks=list(Block.objects.filter(kind="text")))
    return Enrolment.objects.get(pk=enrolment.pk)


@pytest.fixture
def certificate(course_version):
    enrolment = complete(EnrolmentFactory(version=course_version))
    return issue_certificate(enrolment=enrolment, name=NAME)


def public_key():
    raw = public_jwk()["x"]
    return Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(raw + "=="))


def changed(token):
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    claims["name"] += "!"
    other = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{other}.{signature}"


def test_no_certificate_before_the_course_is_complete(course_version):
    enrolment = EnrolmentFactory(version=course_version)

    with pytest.raises(ValidationError, match="not completed"):
        issue_certificate(enrolment=enrolment, name=NAME)


def test_no_certificate_for_a_failed_test(course_version):
    enrolment = complete(EnrolmentFactory(version=course_version), right=2)

    with pytest.raises(ValidationError, match="not completed"):
        issue_certificate(enrolment=enrolment, name=NAME)


def test_no_certificate_for_a_guest(course_version):
    guest = LearnerFactory(user=None, guest_sha256="0" * 64)
    enrolment = complete(EnrolmentFactory(version=course_version, learner=guest))

    with pytest.raises(ValidationError, match="not completed"):
        issue_certificate(enrolment=enrolment, name=NAME)


def test_a_second_request_gives_the_same_certificate(certificate):
    again = issue_certificate(enrolment=certificate.enrolment, name="Another")

    assert again == certificate


@settings(
    # Two thousand: `benchmarks/courses_laws.py`.
    max_examples=int(os.environ.get("HISTORY_ROUNDS", "30")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.sampled_from(["read", "pass", "fail", "recount", "ask"]), max_size=8
    )
)
def test_a_certificate_is_given_exactly_when_earned(course_version, steps):
    with transaction.atomic():
        enrolment = EnrolmentFactory(version=course_version)
        read = passed = False
        for step in [*steps, "ask"]:
            if step == "read":
                mark_done(
                    enrolment=enrolment, blocks=list(Block.objects.filter(kind="text"))
                )
                read = True
            elif step in ("pass", "fail"):
                attempt = start_attempt(
                    enrolment=enrolment, quiz=course_version.quizzes.get()
                )
                save_answers(
                    attempt=attempt, sent=sent(attempt, 5 if step == "pass" else 2)
                )
                finish_attempt(attempt=attempt)
                passed = passed or step == "pass"
            elif step == "recount":
                recount(enrolment)
            else:
                given = True
                try:
                    issue_certificate(enrolment=enrolment, name=NAME)
                except ValidationError:
                    given = False
                assert given == (read and passed)
            now = Enrolment.objects.get(pk=enrolment.pk)
            assert 0 <= now.progress_bp <= 10000
            assert (now.progress_bp == 10000) == (read and passed)
        transaction.set_rollback(True)


def test_two_libraries_verify_the_credential(certificate):
    claims = pyjwt.decode(certificate.jwt, public_key(), algorithms=["EdDSA"])
    verifier = OB3Verifier(signing_key().as_pem(private=False))

    assert claims["credentialSubject"]["identifier"][0]["identityHash"] == NAME
    assert verifier.verify(certificate.jwt)


def test_a_changed_byte_fails(certificate):
    token = changed(certificate.jwt)

    assert read_credential(token) is None
    with pytest.raises(pyjwt.InvalidSignatureError):
        pyjwt.decode(token, public_key(), algorithms=["EdDSA"])


def test_the_key_is_readable_by_the_portal_alone(certificate, settings):
    path = settings.VAR_DIR / "keys" / "badge.pem"

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_qr_code_of_the_pdf_opens_the_check_page(client, certificate, language):
    with translation.override(language):
        pdf = certificate_pdf(certificate)
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    address = zxingcpp.read_barcodes(picture)[0].text

    answer = client.get(address.removeprefix("https://portal.example"))

    assert address.startswith(f"https://portal.example/{language}/certificates/")
    assert answer.status_code == 200
    assert not answer.cookies
    assert '<meta name="robots" content="noindex">' in answer.text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_check_answers_within_300_ms(client, certificate, language):
    path = f"/{language}/certificates/{certificate.serial}/"

    def seconds():
        start = perf_counter()
        assert client.get(path).status_code == 200
        return perf_counter() - start

    # The best of ten: the machine's other work is not the page's.
    assert min(seconds() for _n in range(10)) < 0.3


def test_kazakh_letters_come_out_of_the_text_of_the_pdf(certificate):
    reader = pypdf.PdfReader(BytesIO(certificate_pdf(certificate)))

    assert NAME in reader.pages[0].extract_text()
    assert reader.attachments["credential.jwt"][0].decode() == certificate.jwt
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_name_is_text_and_fits(course_version):
    enrolment = complete(EnrolmentFactory(version=course_version))
    name = "<script>#panic()" + "Ә" * 184
    certificate = issue_certificate(enrolment=enrolment, name=name)

    reader = pypdf.PdfReader(BytesIO(certificate_pdf(certificate)))

    assert len(reader.pages) == 1
    assert "<script>#panic()" in reader.pages[0].extract_text()


def test_a_revoked_certificate_says_so_with_the_reason(client, certificate):
    revoke_certificate(
        certificate=certificate, reason="Another sat it", by=UserFactory()
    )

    page = client.get(f"/en/certificates/{certificate.serial}/").content.decode()
    answer = client.get(f"/en/certificates/{certificate.serial}/json/").json()
    token = client.get("/en/certificates/status/").content.decode()

    assert "Another sat it" in page
    assert answer["status"] == "revoked"
    assert is_set(token, certificate.status_index)


def is_set(token, index):
    claims = pyjwt.decode(token, public_key(), algorithms=["EdDSA"])
    packed = claims["credentialSubject"]["encodedList"].removeprefix("u")
    bits = gzip.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return bool(bits[index // 8] & (0x80 >> index % 8))


def test_a_valid_certificate_is_not_in_the_status_list(client, certificate):
    token = client.get("/en/certificates/status/").content.decode()

    assert not is_set(token, certificate.status_index)


def test_a_corrected_name_gives_a_new_number_and_the_old_one_leads_to_it(
    client, certificate
):
    new = correct_name(certificate=certificate, name="Алия", by=UserFactory())

    page = client.get(f"/en/certificates/{certificate.serial}/").content.decode()
    assert new.serial != certificate.serial
    assert new.serial in page


def test_an_expired_certificate_stays_and_a_new_pass_gives_another(certificate):
    learner = certificate.enrolment.learner
    version = certificate.enrolment.version
    with transaction.atomic():
        expired = Certificate.objects.get(pk=certificate.pk)
        expired.valid_until = timezone.localdate() - timedelta(days=1)
        assert expired.is_expired

    revoke_certificate(certificate=certificate, reason="Old", by=UserFactory())
    again = complete(enrol(learner=learner, version=version))
    second = issue_certificate(enrolment=again, name=NAME)

    assert second.serial != certificate.serial
    assert Certificate.objects.count() == 2


def test_the_database_lets_nobody_change_a_certificate(certificate):
    certificate.holder_name = "Somebody else"

    with (
        pytest.raises(IntegrityError, match="replaced or revoked"),
        transaction.atomic(),
    ):
        certificate.save()


@pytest.mark.django_db
def test_unknown_and_malformed_numbers_look_the_same(client):
    unknown = client.get(f"/en/certificates/{'A' * 20}/")
    malformed = client.get("/en/certificates/x/")

    assert unknown.status_code == malformed.status_code == 404
    assert b"No such certificate" in unknown.content
    assert b"No such certificate" in malformed.content


@pytest.mark.django_db
def test_whoever_tries_numbers_is_slowed_down(client):
    client.get("/en/certificates/x/", REMOTE_ADDR="198.51.100.7")
    answers = {
        client.get("/en/certificates/x/", REMOTE_ADDR="198.51.100.7").status_code
        for _ in range(70)
    }

    assert 429 in answers
