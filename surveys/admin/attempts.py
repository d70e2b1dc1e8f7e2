from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from foundation.accounts.models import User


def attempt(
    model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: Any, service: Any
) -> None:
    """Do something to each row and say for each how it went."""
    assert isinstance(request.user, User)
    for row in rows:
        try:
            service(row, request.user)
        except ValidationError as error:
            text = f"{row}: {'; '.join(error.messages)}"
            model_admin.message_user(request, text, messages.ERROR)
        else:
            model_admin.message_user(request, str(row), messages.SUCCESS)


def go_on(request: HttpRequest) -> None:
    """Lead to the page of what was added, as if that button had been chosen."""
    if not {"_addanother", IS_POPUP_VAR} & set(request.POST):
        posted: Any = request.POST.copy()
        posted["_continue"] = "1"
        request.POST = posted
