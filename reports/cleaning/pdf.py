"""PDF files are written anew without their descriptions, scripts and attachments."""

from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream

from reports.cleaning.found import Cleaned, Found

INFO = {
    "/Author": "author",
    "/Creator": "program",
    "/Producer": "program",
    "/Company": "author",
    "/Title": "text",
    "/Subject": "text",
    "/Keywords": "text",
    "/CreationDate": "time",
    "/ModDate": "time",
}
# Descriptions, private data of programs, actions that run by themselves.
GONE = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/JS", "/JavaScript", "/EF")
GONE_OF_ROOT = ("/OpenAction", "/AA", "/Metadata", "/PieceInfo", "/AF", "/Collection")
GONE_OF_NAMES = ("/JavaScript", "/EmbeddedFiles")
GONE_OF_NOTES = ("/T", "/M", "/NM", "/CreationDate", "/A", "/AA")


def clean_pdf(content: bytes) -> Cleaned:
    try:
        with Pdf.open(BytesIO(content)) as pdf:
            found = _found(pdf)
            _take_out(pdf)
            sink = BytesIO()
            # Written anew: what older revisions of the file held stays behind.
            pdf.save(sink, static_id=True, fix_metadata_version=False)
    except pikepdf.PdfError as error:
        raise ValueError from error
    return Cleaned(sink.getvalue(), ".pdf", "application/pdf", found)


def _found(pdf: Pdf) -> Found:
    info = pdf.trailer.get("/Info", Dictionary())
    found: Found = [
        (kind, str(info[key]).strip())
        for key, kind in INFO.items()
        if key in info and str(info[key]).strip()
    ]
    found += [("attachment", name) for name in pdf.attachments]
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            if "/T" in note:
                found.append(("comments", str(note["/T"])))
    if "/Metadata" in pdf.Root:
        found.append(("description", ""))
    return list(dict.fromkeys(found))


def _take_out(pdf: Pdf) -> None:
    for name in list(pdf.attachments):
        del pdf.attachments[name]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    _drop(pdf.Root, GONE_OF_ROOT)
    _drop(pdf.Root.get("/Names", Dictionary()), GONE_OF_NAMES)
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            if note.get("/Subtype") == Name("/FileAttachment"):
                _drop(note, ("/FS", "/Contents"))
            _drop(note, GONE_OF_NOTES)
    for thing in pdf.objects:
        if isinstance(thing, Dictionary | Stream):
            _drop(thing, GONE)
        if isinstance(thing, Stream) and thing.get("/Filter") == Name("/DCTDecode"):
            raw = thing.read_raw_bytes()
            thing.write(without_segments(raw), filter=Name("/DCTDecode"))


def _drop(thing: pikepdf.Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in thing:
            del thing[key]


# A JPEG's segments that describe it; APP14 says how its colours are to be read.
DESCRIBING = {0xFE, *range(0xE1, 0xF0)} - {0xEE}
START_OF_SCAN = 0xDA


def without_segments(jpeg: bytes) -> bytes:
    """Return a JPEG without EXIF and its like, its pixels untouched."""
    kept, at = bytearray(jpeg[:2]), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != START_OF_SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] not in DESCRIBING:
            kept += jpeg[at:end]
        at = end
    return bytes(kept + jpeg[at:])
