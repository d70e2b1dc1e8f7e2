"""The ground's own resources: areas and public bodies."""

from foundation.open_data.datasets import AREAS, BODIES
from foundation.open_data.resources import by_columns, declare_resource

declare_resource(by_columns(AREAS, "kind", "parent"))
declare_resource(by_columns(BODIES, "kind", "area", "parent"))
