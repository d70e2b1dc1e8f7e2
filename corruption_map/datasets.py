from typing import Any

RISKS = MEASURES = POSITIONS = None


def map_export_response(figures: Any, file_format: str) -> Any:
    raise NotImplementedError
