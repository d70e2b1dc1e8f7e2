"""Outlines of the areas from `data/boundaries/`, and a point in each."""

from functools import cache

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.territory.models import Area

ATTRIBUTION = _(
    "Boundaries: OCHA/UNHCR COD-AB (CC BY-IGO), © OpenStreetMap contributors (ODbL),"
    " simplified. They do not imply official endorsement."
)


@cache
def outlines() -> dict[str, orjson.Fragment]:
    """Return the outline of each area, as JSON, by its code."""
    path = settings.BASE_DIR / "data" / "boundaries" / "kz_areas.geojson"
    features = orjson.loads(path.read_bytes())["features"]
    return {
        feature["id"]: orjson.Fragment(orjson.dumps(feature["geometry"]))
        for feature in features
    }


def points() -> dict[str, orjson.Fragment]:
    """Return the point of each area's label; the country as a whole has none."""
    placed = Area.objects.exclude(kind=Area.Kind.COUNTRY).filter(
        label_latitude__isnull=False, label_longitude__isnull=False
    )
    return {
        iso: orjson.Fragment(
            orjson.dumps({"type": "Point", "coordinates": [longitude, latitude]})
        )
        for iso, longitude, latitude in placed.values_list(
            "iso", "label_longitude", "label_latitude"
        )
    }
