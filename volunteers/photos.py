"""Photos as others see them: decoded, drawn onto an empty picture, encoded anew.

What is no picture does not decode; what hides behind a picture, in its metadata or
after its end, is not copied. So neither place nor camera, neither an SVG's script nor
a second file in the first one comes through.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD
from pillow_heif import register_heif_opener

register_heif_opener()

FORMATS = ["JPEG", "PNG", "WEBP", "HEIF"]
LARGEST_BYTES = 15_000_000
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2048
QUALITY = 82
# Kazakhstan's phones write decimal places of seconds; six digits are a decimetre.
DIGITS = 6


@dataclass(frozen=True)
class CleanPhoto:
    content: bytes
    width: int
    height: int
    # Where it was taken, if the photo said so: kept only if its sender wants it.
    point: tuple[float, float] | None


def clean_photo(file: IO[bytes]) -> CleanPhoto:
    """Return the photo without everything but its pixels, or refuse the file."""
    content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValidationError(
            _("The photo is larger than %(megabytes)s MB"),
            params={"megabytes": LARGEST_BYTES // 1_000_000},
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _drawn_anew(content)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Warning,
        Image.DecompressionBombError,
    ) as error:
        raise ValidationError(
            _("This is no photo that can be read: send JPEG, PNG, WebP or HEIC")
        ) from error


def _drawn_anew(content: bytes) -> CleanPhoto:
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(picture.size)
        point = _point(picture.getexif().get_ifd(IFD.GPSInfo))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # An empty picture has no metadata that the encoder could carry over.
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    drawn = BytesIO()
    fresh.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return CleanPhoto(drawn.getvalue(), fresh.width, fresh.height, point)


def _point(gps: dict[int, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude as a photo gives them, if they make sense."""
    try:
        latitude = _degrees(gps[GPS.GPSLatitude], gps[GPS.GPSLatitudeRef], "S")
        longitude = _degrees(gps[GPS.GPSLongitude], gps[GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if is_on_earth else None


def _degrees(parts: Any, side: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if side == negative else value, DIGITS)
