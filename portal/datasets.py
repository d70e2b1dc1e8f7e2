"""Whose data they are: the authority's, which is a row of the roof."""

from foundation.open_data.registry import declare_publisher
from portal.models import Authority

declare_publisher(Authority.current)
