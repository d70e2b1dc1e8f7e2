from volunteers.admin import catalogue, initiative, observation, organisation, profile

__all__ = ["catalogue", "initiative", "observation", "organisation", "profile"]
