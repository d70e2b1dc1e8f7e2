"""Files as editors upload them: what is read, and what is said where nothing is."""

import zlib
from pathlib import Path

import pikepdf
import pytest
import typst
from django.core.files.base import ContentFile
from docx import Document
from openpyxl import Workbook
from PIL import Image
from pptx import Presentation

from foundation.search.query import search
from foundation.search.registry import kinds
from foundation.search.services import reindex
from library.extraction import read_text
from library.models import Edition
from library.services import expect_text
from library.tasks import read_file, read_waiting
from tests.factories.library import EditionFactory, ItemFactory

TEXT = "Жемқорлыққа қарсы іс-қимыл туралы баяндама, Ғылым және Өңір"


def pdf(folder, text=TEXT):
    source = folder / "a.typ"
    source.write_text(f"{text} {text}")
    path = folder / "a.pdf"
    typst.compile(str(source), output=str(path))
    return path


def word(folder):
    document = Document()
    document.add_paragraph(TEXT)
    document.add_table(1, 1).cell(0, 0).text = "кесте"
    document.save(folder / "a.docx")
    return folder / "a.docx"


def slides(folder):
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = TEXT
    show.save(folder / "a.pptx")
    return folder / "a.pptx"


def workbook(folder):
    book = Workbook()
    book.active.append([TEXT, 5])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


@pytest.mark.parametrize("make", [pdf, word, slides, workbook])
def test_the_text_of_a_file_is_read(tmp_path, make):
    found = read_text(make(tmp_path))

    assert found.state == "read"
    assert "Өңір" in found.text


def test_a_scan_is_said_to_be_one(tmp_path):
    Image.new("RGB", (200, 200)).save(tmp_path / "a.pdf")

    assert read_text(tmp_path / "a.pdf").state == "scan"


def test_an_encrypted_pdf_is_said_to_be_one(tmp_path):
    with pikepdf.open(pdf(tmp_path)) as opened:
        opened.save(
            tmp_path / "b.pdf", encryption=pikepdf.Encryption(owner="a", user="b")
        )

    assert read_text(tmp_path / "b.pdf").state == "encrypted"


def test_an_encrypted_office_file_is_said_to_be_one(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)

    assert read_text(tmp_path / "a.docx").state == "encrypted"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.pptx", "a.xlsx"])
@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\n", b"PK\x03\x04 no zip", b"\0" * 99]
)
def test_a_broken_file_is_said_to_be_unreadable(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    assert read_text(tmp_path / name).state == "unreadable"


def test_a_file_that_unpacks_to_gigabytes_ends_within_its_limits(tmp_path):
    bomb = pikepdf.new()
    page = bomb.add_blank_page()
    zeros = zlib.compressobj(9)
    packed = b"".join(zeros.compress(b" " * (1 << 24)) for _ in range(256))
    stream = pikepdf.Stream(bomb, b"")
    stream.write(packed + zeros.flush(), filter=pikepdf.Name.FlateDecode)
    page.Contents = stream
    bomb.save(tmp_path / "bomb.pdf")

    assert read_text(tmp_path / "bomb.pdf").state in ("unreadable", "scan")


@pytest.fixture
def edition(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    edition = EditionFactory(item=ItemFactory(), html="")
    edition.file.save("report.pdf", ContentFile(Path(pdf(tmp_path)).read_bytes()))
    return edition


@pytest.mark.django_db
def test_a_file_is_found_once_it_was_read(edition, django_capture_on_commit_callbacks):
    expect_text(edition)
    assert search("баяндама").total == 0

    read_file(edition.pk)

    edition.refresh_from_db()
    assert edition.text_state == Edition.TextState.READ
    assert search("баяндамалар").total == 1


@pytest.mark.django_db
def test_the_task_twice_reads_once(edition):
    expect_text(edition)
    read_file(edition.pk)
    Edition.objects.update(text="kept")

    read_file(edition.pk)

    edition.refresh_from_db()
    assert edition.text == "kept"


@pytest.mark.django_db
def test_what_a_dead_broker_left_is_read_by_the_sweep(edition):
    expect_text(edition)

    read_waiting()

    reindex(kinds()["library"])
    assert search("баяндама").total == 1


@pytest.mark.django_db
def test_a_picture_waits_for_no_text(edition):
    edition.file.name = "poster.png"

    expect_text(edition)

    assert edition.text_state == Edition.TextState.NONE
