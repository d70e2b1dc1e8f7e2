"""This room under `/api/v1/`."""

from foundation.open_data.resources import Resource, by_columns, declare_resource
from surveys.datasets import DECISIONS, FIGURES, REPORTED, WAVES

declare_resource(by_columns(WAVES, "survey", "state", "sample"))
declare_resource(
    by_columns(FIGURES, "wave", "release_state", "question", "split", "level", "flag")
)
declare_resource(by_columns(DECISIONS, "wave", "decision", "status"))
declare_resource(Resource(REPORTED))
