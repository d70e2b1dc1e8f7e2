from reports.admin.cases import TipAdmin
from reports.admin.catalogue import (
    AnswerTemplateAdmin,
    AuthorityAdmin,
    ChannelAdmin,
    RecipientAdmin,
)
from reports.admin.disclosures import DisclosureAdmin
from reports.admin.questionnaires import QuestionnaireAdmin

__all__ = [
    "AnswerTemplateAdmin",
    "AuthorityAdmin",
    "ChannelAdmin",
    "DisclosureAdmin",
    "QuestionnaireAdmin",
    "RecipientAdmin",
    "TipAdmin",
]
