"""What a file tells of its maker, in words for the reporter who is about to send it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS = {
    "author": _("Author"),
    "place": _("Place where it was taken"),
    "device": _("Device"),
    "program": _("Program"),
    "time": _("Time"),
    "text": _("Description in the file"),
    "description": _("Hidden description"),
    "preview": _("Hidden preview"),
    "changes": _("Tracked changes"),
    "comments": _("Comments signed with a name"),
    "attachment": _("File within the file"),
    "macro": _("Program code in the file"),
    "kept": _("Part that cannot be checked and stays in the copy"),
}


def told(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records with the names of what was found in them."""
    return [
        {
            **file,
            "findings": [
                (KINDS.get(k, k), value) for k, value in file.get("found", [])
            ],
        }
        for file in files
    ]
