"""Clean copies tell nothing of who made the file; what it shows is still there."""

import zipfile
from io import BytesIO
from uuid import UUID, uuid4

import openpyxl
import pikepdf
import pytest
from docx import Document
from docx.oxml import parse_xml
from openpyxl.comments import Comment
from PIL import Image
from pillow_heif import from_pillow
from pptx import Presentation

from reports import cleaning
from reports.cleaning.__main__ import CLEANERS
from reports.cleaning.found import NoCopyError, kind_of
from reports.crypto import FileSealer, new_key, unseal_file
from reports.uploads import folder, path_of

AUTHOR = "Secretauthor-7f3a"
CAMERA = "Secretcamera-99c1"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def exif():
    tags = Image.Exif()
    tags[271], tags[272], tags[315] = "Maker", CAMERA, AUTHOR
    tags.get_ifd(0x8825).update({1: "N", 2: (51.0, 10.0, 0.0), 3: "E", 4: (71, 26, 0)})
    return tags


def picture(kind, **more):
    sink = BytesIO()
    image = Image.new("RGB", (64, 48), (200, 30, 30))
    if kind == "HEIC":
        image.info["exif"] = exif().tobytes()
        from_pillow(image).save(sink)
    else:
        image.save(sink, kind, exif=exif(), **more)
    return sink.getvalue()


def pdf():
    book = pikepdf.new()
    book.add_blank_page()
    with book.open_metadata() as meta:
        meta["dc:creator"] = [AUTHOR]
    book.docinfo["/Author"] = AUTHOR
    book.attachments["inner.txt"] = AUTHOR.encode()
    image = book.make_stream(
        picture("JPEG"), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
        Width=64, Height=48, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    note = book.make_indirect(
        pikepdf.Dictionary(
            Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="said", T=AUTHOR
        )
    )
    book.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    book.pages[0].Annots = [note]
    book.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="x()")
    sink = BytesIO()
    book.save(sink)
    return sink.getvalue()


def word():
    document = Document()
    document.core_properties.author = AUTHOR
    line = document.add_paragraph("kept words ")._p
    who = f'w:id="1" w:author="{AUTHOR}" w:date="2026-01-01T00:00:00Z"'
    line.append(
        parse_xml(f"<w:ins {W} {who}><w:r><w:t>inserted words</w:t></w:r></w:ins>")
    )
    line.append(
        parse_xml(
            f"<w:del {W} {who}><w:r><w:delText>deleted {AUTHOR}</w:delText></w:r></w:del>"
        )
    )
    run = document.add_paragraph("remarked on").runs[0]
    document.add_comment(run, text="a remark", author=AUTHOR, initials="SA")
    document.add_picture(BytesIO(picture("JPEG")))
    return saved(document)


def workbook():
    book = openpyxl.Workbook()
    book.properties.creator = AUTHOR
    book.active["A1"] = "kept words"
    book.active["A1"].comment = Comment("a remark", AUTHOR)
    return saved(book)


def slides():
    deck = Presentation()
    deck.core_properties.author = AUTHOR
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "kept words"
    slide.shapes.add_picture(BytesIO(picture("PNG")), 0, 0)
    return saved(deck)


def saved(document):
    sink = BytesIO()
    document.save(sink)
    return sink.getvalue()


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
)


def open_document():
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {ODF}><office:body><office:text>"
            f"<text:tracked-changes><text:changed-region><dc:creator>{AUTHOR}"
            f"</dc:creator><text:p>deleted {AUTHOR}</text:p></text:changed-region>"
            "</text:tracked-changes>"
            "<text:p>kept <text:change text:change-id='1'/>words</text:p>"
            f"<office:annotation><dc:creator>{AUTHOR}</dc:creator>"
            "<text:p>a remark</text:p></office:annotation>"
            "</office:text></office:body></office:document-content>",
        )
        archive.writestr(
            "meta.xml",
            f"<office:document-meta {ODF}><office:meta><meta:initial-creator>{AUTHOR}"
            "</meta:initial-creator></office:meta></office:document-meta>",
        )
        archive.writestr("Thumbnails/thumbnail.png", picture("PNG"))
        archive.writestr(
            "META-INF/manifest.xml",
            f"<manifest:manifest {ODF}><manifest:file-entry"
            " manifest:full-path='Thumbnails/thumbnail.png'/></manifest:manifest>",
        )
    return sink.getvalue()


FILES = {
    "jpeg": (lambda: picture("JPEG"), ".jpg"),
    "png": (lambda: picture("PNG"), ".png"),
    "heic": (lambda: picture("HEIC"), ".jpg"),
    "avif": (lambda: picture("AVIF"), ".jpg"),
    "pdf": (pdf, ".pdf"),
    "docx": (word, ".docx"),
    "xlsx": (workbook, ".xlsx"),
    "pptx": (slides, ".pptx"),
    "odt": (open_document, ".odt"),
}


def clean(content):
    return CLEANERS[kind_of(content)](content)


def insides(content):
    """Return all that a file holds, unpacked."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    if content.startswith(b"%PDF"):
        sink = BytesIO()
        with pikepdf.open(BytesIO(content)) as book:
            book.save(
                sink,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        return content + sink.getvalue()
    return content


@pytest.mark.parametrize("kind", FILES)
def test_a_clean_copy_names_nobody_and_the_reporter_sees_who_was_named(kind):
    make, suffix = FILES[kind]
    content = make()
    assert AUTHOR.encode() in insides(content)

    copy = clean(content)

    inner = insides(copy.content)
    for secret in (AUTHOR, CAMERA):
        for encoded in (secret.encode(), secret.encode("utf-16-be")):
            assert encoded not in inner
    assert ("author", AUTHOR) in copy.found or ("comments", AUTHOR) in copy.found
    assert copy.suffix == suffix
    assert clean(copy.content).suffix == suffix


@pytest.mark.parametrize("kind", ["jpeg", "png", "heic", "avif"])
def test_place_and_camera_of_a_picture_are_found_and_gone(kind):
    copy = clean(FILES[kind][0]())

    assert ("place", "51.1667, 71.4333") in copy.found
    assert ("device", CAMERA) in copy.found
    with Image.open(BytesIO(copy.content)) as image:
        assert image.size == (64, 48)
        assert not image.getexif()
        red, green, _blue = image.convert("RGB").getpixel((9, 9))
        assert red > 180 > 60 > green


def test_tracked_changes_are_shown_and_accepted():
    copy = clean(word())

    text = "\n".join(
        "".join(t.text or "" for t in p._p.iter() if t.tag.endswith("}t"))
        for p in Document(BytesIO(copy.content)).paragraphs
    )
    assert ("changes", AUTHOR) in copy.found
    assert "kept words inserted words" in text
    assert b"a remark" in insides(copy.content)
    assert b"deleted" not in insides(copy.content)


def test_what_a_file_shows_stays():
    assert openpyxl.load_workbook(BytesIO(clean(workbook()).content)).active[
        "A1"
    ].value == ("kept words")
    deck = Presentation(BytesIO(clean(slides()).content))
    assert deck.slides[0].shapes.title.text == "kept words"
    odt = insides(clean(open_document()).content)
    assert b"words" in odt
    assert b"a remark" in odt
    assert b"Thumbnails" not in odt


def test_a_pdf_runs_nothing_and_holds_no_file():
    copy = clean(pdf())

    with pikepdf.open(BytesIO(copy.content)) as book:
        assert "/OpenAction" not in book.Root
        assert not book.attachments
        assert "/Metadata" not in book.Root
        assert str(book.pages[0].Annots[0].Contents) == "said"
    assert ("attachment", "inner.txt") in copy.found


def test_a_file_with_program_code_has_no_clean_copy():
    sink = BytesIO(word())
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"code")

    with pytest.raises(NoCopyError):
        clean(sink.getvalue())


# The child


def stored(content, name="photo.jpg"):
    folder().mkdir(parents=True, exist_ok=True)
    file, key = uuid4(), new_key()
    with path_of(file).open("wb") as sink:
        sealer = FileSealer(key, file, sink)
        sealer.write(content)
        sealer.finish()
    return {"id": str(file), "key": key.hex(), "name": name, "size": len(content)}


def test_a_child_cleans_and_the_copy_lies_sealed():
    record = cleaning.with_clean_copy(stored(picture("JPEG")))

    copy = record["clean"]
    file = UUID(copy["id"])
    with path_of(file).open("rb") as source:
        opened = b"".join(
            unseal_file(bytes.fromhex(copy["key"]), file, source, copy["size"])
        )
    assert record["state"] == "clean"
    assert opened.startswith(b"\xff\xd8\xff")
    assert opened[:64] not in path_of(file).read_bytes()
    assert copy["name"] == "photo-clean.jpg"
    assert ["author", AUTHOR] in record["found"]


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"\0\0\0\x18ftypmp42" + b"\0" * 99, "failed"),
        (b"OggS broken", "failed"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "unknown"),
        (b"#EXTM3U\nhttp://127.0.0.1/\n", "unknown"),
        (b"<svg onload='alert(1)'/>", "unknown"),
        (b"", "unknown"),
        (b"%PDF-1.7 broken", "failed"),
        (b"PK\x03\x04 broken", "failed"),
        (b"\xff\xd8\xff broken", "failed"),
    ],
)
def test_what_cannot_be_cleaned_says_so(content, state):
    record = cleaning.with_clean_copy(stored(content))

    assert record["state"] == state
    assert "clean" not in record


@pytest.mark.parametrize("kind", ["jpeg", "heic", "pdf", "docx"])
def test_a_file_cut_in_the_middle_is_failed_or_cleaned(kind):
    content = FILES[kind][0]()

    record = cleaning.with_clean_copy(stored(content[: len(content) // 2]))

    assert record["state"] in ("failed", "clean")


def test_a_bomb_takes_the_child_down_and_nothing_else(monkeypatch):
    monkeypatch.setattr(cleaning, "MEMORY", 256 * 2**20)
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (200 * 2**20))

    assert cleaning.with_clean_copy(stored(sink.getvalue()))["state"] == "failed"


def test_a_file_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(cleaning, "LONGEST_OTHER", 10)

    assert cleaning.with_clean_copy(stored(b"x" * 11))["state"] == "large"
