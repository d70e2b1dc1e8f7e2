from typing import Any


def export_response(dataset: Any, rows: Any, file_format: str, filename: str) -> Any:
    raise NotImplementedError
