from reports.admin.cases import TipAdmin
from reports.admin.catalogue import (
    AnswerTemplateAdmin,
    AuthorityAdmin,
    ChannelAdmin,
    QuestionnaireAdmin,
    RecipientAdmin,
)
from reports.admin.disclosures import DisclosureAdmin

__all__ = [
    "AnswerTemplateAdmin",
    "AuthorityAdmin",
    "ChannelAdmin",
    "DisclosureAdmin",
    "QuestionnaireAdmin",
    "RecipientAdmin",
    "TipAdmin",
]
