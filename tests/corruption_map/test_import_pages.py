"""Import and export on the list pages: what is written, by whom, and back again."""

import csv
import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from corruption_map.counts import recount_all
from corruption_map.exports import csv_lines, guard, workbook
from corruption_map.forms.rows import check_table
from corruption_map.models import (
    Change,
    Measure,
    Risk,
    RiskAssessment,
    RiskCount,
    VulnerablePosition,
)
from corruption_map.services.imports import IMPORTS
from corruption_map.sheets import MEASURES, POSITIONS, RISKS, SHEETS
from corruption_map.shipped import load_map
from foundation.audit.models import AuditEvent
from foundation.audit.services import first_broken_event
from foundation.tables.csv_file import unguard
from foundation.tables.reading import read_table
from foundation.territory.shipped import load_territory
from tests.corruption_map.workbooks import RISK, csv_bytes, risk_xlsx, xlsx_bytes
from tests.factories.corruption_map import (
    DetectionSourceFactory,
    MeasureFactory,
    RiskAssessmentFactory,
    RiskFactory,
    SphereFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import AreaFactory

IMPORT = "admin:corruption_map_risk_import"


@pytest.fixture(autouse=True)
def known_codes(body, other_body):
    AreaFactory(iso="KZ-35")
    SphereFactory(code="customs", name_ru="Таможня")
    DetectionSourceFactory(code="survey")


def upload(client, content, name="risks.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse(IMPORT), {"file": file})


def confirm(client, response):
    return client.post(
        reverse(IMPORT), {"token": response.context["token"]}, follow=True
    )


def write(sheet, content, by):
    checked = check_table(sheet, read_table(sheet, content), by)
    assert checked.mistakes == []
    return IMPORTS[sheet.noun](rows=checked.rows, by=by)


def export(sheet):
    rows = sheet.rows(sheet.model.objects.all())
    return "".join(csv_lines(sheet, rows)).encode()


def test_checking_writes_nothing(sign_in, editor):
    response = upload(sign_in(editor), csv_bytes([RISK]))

    assert "nothing has been written yet" in response.text
    assert not Risk.objects.exists()


def test_confirming_writes(sign_in, editor):
    client = sign_in(editor)

    response = confirm(client, upload(client, csv_bytes([RISK])))

    assert "1 row added" in response.text
    risk = Risk.objects.get()
    assert (risk.state, risk.area.iso, risk.title_kk) == (
        Risk.State.DRAFT,
        "KZ-35",
        "Кедендегі кезек",
    )


def test_confirming_twice_writes_once(sign_in, editor):
    client = sign_in(editor)
    checked = upload(client, csv_bytes([RISK]))
    confirm(client, checked)

    response = confirm(client, checked)

    assert "no longer kept here" in response.text
    assert Risk.objects.count() == 1


def test_file_of_somebody_else_is_not_confirmed(sign_in, editor, officer):
    checked = upload(sign_in(editor), csv_bytes([RISK]))

    response = confirm(sign_in(officer), checked)

    assert "no longer kept here" in response.text
    assert not Risk.objects.exists()


def test_confirming_checks_once_more(sign_in, editor):
    risk = RiskFactory()
    client = sign_in(editor)
    checked = upload(client, csv_bytes([{**RISK, "public_id": risk.public_id}]))
    risk.delete()

    response = client.post(reverse(IMPORT), {"token": checked.context["token"]})

    assert "There is no row with this id" in response.text


def test_one_wrong_row_stops_all(sign_in, editor):
    content = csv_bytes([RISK, {**RISK, "area": "KZ-99"}])

    response = upload(sign_in(editor), content)

    assert "Unknown code “KZ-99”" in response.text
    assert "token" not in response.context
    assert not Risk.objects.exists()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_labels_of_any_language_are_columns(editor, language):
    names = RISKS.labels()
    header = [f" {names[code].upper()} * " for code in RISK]
    content = csv_bytes([dict(zip(header, RISK.values(), strict=True))])

    assert len(write(RISKS, content, editor).added) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_of_every_kind_is_read(editor, delimiter, encoding):
    content = csv_bytes([RISK], delimiter=delimiter, encoding=encoding)

    [risk] = write(RISKS, content, editor).added

    assert risk.title_kk == RISK["title_kk"]


def test_names_stand_for_codes(editor):
    [risk] = write(RISKS, csv_bytes([{**RISK, "sphere": "таможня"}]), editor).added

    assert risk.sphere.code == "customs"


def test_labels_under_the_codes_are_passed_over(editor):
    rows = [list(RISK), [RISKS.labels()[code] for code in RISK], list(RISK.values())]

    assert len(write(RISKS, xlsx_bytes(rows), editor).added) == 1


def test_numbers_and_dates_of_a_workbook_are_read(editor):
    content = risk_xlsx(
        year=2024,
        amount_kzt=1250000.5,
        current_likelihood=4.0,
        current_impact=3,
        current_assessed_on="06.05.2024",
    )

    [risk] = write(RISKS, content, editor).added

    assert (risk.amount_kzt, risk.current_score) == (1250000.5, 12)
    assert str(RiskAssessment.objects.get().assessed_on) == "2024-05-06"


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1 250 000,50", "1250000.50"), ("1250000.5", "1250000.50"), ("3", "3.00")],
)
def test_amounts_are_read_as_people_write_them(editor, written, amount):
    write(RISKS, csv_bytes([{**RISK, "amount_kzt": written}]), editor)

    assert str(Risk.objects.get().amount_kzt) == amount


def test_a_column_that_is_left_out_is_left_alone(editor):
    risk = RiskFactory(description_kk="Сипаттама", area__iso="KZ-71")
    row = {**RISK, "public_id": risk.public_id}

    write(RISKS, csv_bytes([row]), editor)

    risk.refresh_from_db()
    assert (risk.description_kk, risk.area.iso) == ("Сипаттама", "KZ-35")


def test_changing_a_published_risk_is_public_and_counted(editor):
    risk = RiskFactory(published=True, area__iso="KZ-71")
    recount_all()
    row = {**RISK, "public_id": risk.public_id, "title_en": "Line"}

    write(RISKS, csv_bytes([row]), editor)

    assert Change.objects.get(field="title_en").after == "Line"
    plain = RiskCount.objects.filter(grain="plain")
    assert list(plain.values_list("area__iso", "risks")) == [("KZ-35", 1)]


def test_each_row_is_audited(editor):
    risk = RiskFactory()
    rows = [RISK, {**RISK, "public_id": risk.public_id}]

    write(RISKS, csv_bytes(rows), editor)

    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["import new", "import change"]
    assert first_broken_event() is None


def test_officer_imports_into_the_own_body(officer, body):
    write(RISKS, csv_bytes([{**RISK, "body": "customs"}]), officer)

    assert Risk.objects.get().body == body


def test_measures_come_in(editor, body, other_body):
    risk = RiskFactory(published=True)
    row = {
        "public_id": "",
        "risk": risk.public_id,
        "text_kk": "Кезек",
        "text_ru": "Очередь",
        "executor": "customs",
        "co_executors": "railways",
        "deadline": "31.12.2025",
    }

    write(MEASURES, csv_bytes([row]), editor)

    measure = Measure.objects.get()
    assert (measure.state, str(measure.deadline)) == ("planned", "2025-12-31")
    assert list(measure.co_executors.all()) == [other_body]
    assert Change.objects.filter(measure=measure, field="deadline").exists()


def test_positions_come_in(editor, body):
    risk = RiskFactory()
    row = {
        "public_id": "",
        "body": "customs",
        "title_kk": "Инспектор",
        "title_ru": "Инспектор",
        "level": "high",
        "risks": risk.public_id,
        "is_published": "иә",
    }

    write(POSITIONS, csv_bytes([row]), editor)

    position = VulnerablePosition.objects.get()
    assert (position.is_published, list(position.risks.all())) == (True, [risk])


def test_a_thousand_rows_come_in(editor, django_assert_max_num_queries):
    rows = [{**RISK, "title_kk": f"Тәуекел {n}"} for n in range(1000)]

    with django_assert_max_num_queries(1100):
        done = write(RISKS, csv_bytes(rows), editor)

    assert len(done.added) == Risk.objects.count() == 1000


@pytest.fixture
def shipped(known_codes):
    load_territory()
    load_map()
    risk = Risk.objects.first()
    risk.description_en = "=1+1\r\nsecond line; with “marks”, \"quotes\" and 'more'"
    risk.quote = "'=trick"
    risk.save()
    RiskAssessmentFactory(risk=risk)
    measure = MeasureFactory(risk=risk, deadline="2025-01-31")
    measure.co_executors.set(risk.area.bodies.all()[:2])
    VulnerablePositionFactory(level="high", is_published=True).risks.set([risk])


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("noun", SHEETS)
def test_export_import_export_is_identical(editor, noun):
    sheet = SHEETS[noun]
    first = export(sheet)

    done = write(sheet, first, editor)

    assert (done.added, done.changed) == ([], [])
    assert export(sheet) == first


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("noun", SHEETS)
def test_workbook_imports_as_it_was_exported(editor, noun):
    sheet = SHEETS[noun]
    before = export(sheet)
    content = workbook(sheet, sheet.rows(sheet.model.objects.all()))

    done = write(sheet, content, editor)

    assert (done.added, done.changed) == ([], [])
    assert export(sheet) == before


@pytest.mark.usefixtures("shipped")
def test_new_rows_export_as_they_were_imported(editor):
    first = list(csv.DictReader(io.StringIO(export(RISKS).decode("utf-8-sig"))))
    Risk.objects.all().delete()
    copies = [{**row, "public_id": ""} for row in first]

    write(RISKS, csv_bytes(copies), editor)

    again = list(csv.DictReader(io.StringIO(export(RISKS).decode("utf-8-sig"))))
    assert [{**row, "public_id": ""} for row in again] == copies


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "'=1", "''=1", "plain", "'"])
def test_guarding_a_text_can_be_undone(text):
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1"])
def test_no_exported_text_begins_a_formula(text):
    assert guard(text)[0] == "'"


@pytest.mark.parametrize("name", ["risk", "measure", "vulnerableposition"])
def test_template_has_the_columns_and_the_codes(sign_in, editor, name):
    response = sign_in(editor).get(reverse(f"admin:corruption_map_{name}_template"))

    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames[1] == "codes"
    first = [cell.value for cell in next(book.worksheets[0].iter_rows())]
    assert first == SHEETS[book.sheetnames[0]].codes()


def test_export_follows_the_filters(sign_in, editor):
    RiskFactory(year=2023)
    kept = RiskFactory(year=2024)
    address = reverse("admin:corruption_map_risk_export", args=["csv"])

    response = sign_in(editor).get(address, {"year": "2024"})

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(kept.public_id)


def test_export_ends_with_the_scope(sign_in, stranger, body):
    RiskFactory(body=body)
    address = reverse("admin:corruption_map_risk_export", args=["csv"])

    response = sign_in(stranger).get(address)

    assert len(b"".join(response.streaming_content).decode().splitlines()) == 1


@pytest.mark.parametrize("view", ["import", "template"])
def test_only_who_may_import_sees_the_page(sign_in, editor, view):
    editor.groups.clear()

    response = sign_in(editor).get(reverse(f"admin:corruption_map_risk_{view}"))

    assert response.status_code == 403


def test_kept_file_ends(sign_in, editor, settings):
    client = sign_in(editor)
    checked = upload(client, csv_bytes([RISK]))
    cache.clear()

    response = confirm(client, checked)

    assert "no longer kept here" in response.text
