from typing import Any


def submit_comment(**kwargs: Any) -> Any:
    raise NotImplementedError


def rate_reply(**kwargs: Any) -> Any:
    raise NotImplementedError
