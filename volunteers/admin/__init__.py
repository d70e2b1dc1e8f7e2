from volunteers.admin import (
    catalogue,
    contact,
    initiative,
    observation,
    organisation,
    profile,
)

__all__ = [
    "catalogue",
    "contact",
    "initiative",
    "observation",
    "organisation",
    "profile",
]
