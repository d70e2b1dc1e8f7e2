from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from foundation.open_data.writers import dump


class JSONRenderer(BaseRenderer):
    """JSON by orjson: fast, and Cyrillic as it is written."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else dump(data)
