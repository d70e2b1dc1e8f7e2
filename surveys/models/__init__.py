from surveys.models.answers import (
    Count,
    Inbox,
    KeptResults,
    OpenText,
    QuotaCount,
    Receipt,
    Response,
)
from surveys.models.fieldwork import Draft, Invitation, TokenSpend, Wave
from surveys.models.questionnaire import Choice, Item, Questionnaire, Survey
from surveys.models.results import (
    ActionChange,
    Estimate,
    Finding,
    PolicyAction,
    Release,
    ReportedFigure,
    WeightScheme,
)

__all__ = [
    "ActionChange",
    "Choice",
    "Count",
    "Draft",
    "Estimate",
    "Finding",
    "Inbox",
    "Invitation",
    "Item",
    "KeptResults",
    "OpenText",
    "PolicyAction",
    "Questionnaire",
    "QuotaCount",
    "Receipt",
    "Release",
    "ReportedFigure",
    "Response",
    "Survey",
    "TokenSpend",
    "Wave",
    "WeightScheme",
]
