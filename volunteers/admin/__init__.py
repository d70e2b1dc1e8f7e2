from volunteers.admin import catalogue, initiative, organisation, profile

__all__ = ["catalogue", "initiative", "organisation", "profile"]
