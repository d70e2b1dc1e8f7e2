from reports.admin.cases import TipAdmin
from reports.admin.catalogue import (
    AnswerTemplateAdmin,
    ChannelAdmin,
    QuestionnaireAdmin,
    RecipientAdmin,
)
from reports.admin.disclosures import DisclosureAdmin

__all__ = [
    "AnswerTemplateAdmin",
    "ChannelAdmin",
    "DisclosureAdmin",
    "QuestionnaireAdmin",
    "RecipientAdmin",
    "TipAdmin",
]
