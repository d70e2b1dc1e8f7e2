"""Pictures are drawn anew from their pixels; whatever lay beside them is gone."""

from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageOps
from pillow_heif import register_heif_opener

from reports.cleaning.found import Cleaned, Found

QUALITY = 92
MOST_PIXELS = 100_000_000
TAGS = {
    ExifTags.Base.Make: "device",
    ExifTags.Base.Model: "device",
    ExifTags.Base.BodySerialNumber: "device",
    ExifTags.Base.CameraOwnerName: "author",
    ExifTags.Base.Artist: "author",
    ExifTags.Base.XPAuthor: "author",
    ExifTags.Base.Copyright: "author",
    ExifTags.Base.Software: "program",
    ExifTags.Base.HostComputer: "device",
    ExifTags.Base.DateTime: "time",
    ExifTags.Base.DateTimeOriginal: "time",
    ExifTags.Base.ImageDescription: "text",
    ExifTags.Base.UserComment: "text",
}

register_heif_opener()


def clean_image(content: bytes) -> Cleaned:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(BytesIO(content)) as image:
        found = _found(image)
        is_png = image.format == "PNG"
        upright = ImageOps.exif_transpose(image)
        return _drawn(upright, is_png, found)


def _drawn(image: Image.Image, is_png: bool, found: Found) -> Cleaned:
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    plain = image.convert("RGBA" if is_png and has_alpha else "RGB")
    # Pixels alone: a copy of the image would keep what is known about it.
    drawn = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    sink = BytesIO()
    if is_png:
        drawn.save(sink, "PNG", optimize=False)
        return Cleaned(sink.getvalue(), ".png", "image/png", found)
    drawn.save(sink, "JPEG", quality=QUALITY)
    return Cleaned(sink.getvalue(), ".jpg", "image/jpeg", found)


def _found(image: Image.Image) -> Found:
    exif = image.getexif()
    tags: dict[int, Any] = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    found = [
        (kind, _text(tags[tag])) for tag, kind in TAGS.items() if _text(tags.get(tag))
    ]
    if place := _place(exif.get_ifd(ExifTags.IFD.GPSInfo)):
        found.append(("place", place))
    if exif.get_ifd(ExifTags.IFD.IFD1):
        found.append(("preview", ""))
    texts = {k: v for k, v in image.info.items() if isinstance(v, str)}
    found += [("text", f"{name}: {_text(value)}") for name, value in texts.items()]
    if image.info.get("xmp") or "XML:com.adobe.xmp" in texts:
        found.append(("description", ""))
    return list(dict.fromkeys(found))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value or "").replace("\0", "").strip()


def _place(gps: dict[int, Any]) -> str:
    try:
        north = _degrees(gps[ExifTags.GPS.GPSLatitude])
        east = _degrees(gps[ExifTags.GPS.GPSLongitude])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return "GPS" if gps else ""
    north *= -1 if gps.get(ExifTags.GPS.GPSLatitudeRef) == "S" else 1
    east *= -1 if gps.get(ExifTags.GPS.GPSLongitudeRef) == "W" else 1
    return f"{north:.4f}, {east:.4f}"


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600
