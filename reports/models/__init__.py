from reports.models.channel import Channel, Questionnaire, Salt
from reports.models.recipient import Recipient, VaultSession
from reports.models.tip import (
    Disclosure,
    PrivateNote,
    Recusal,
    SealedFile,
    SealedMessage,
    SpentProof,
    Tip,
    Wrap,
)

__all__ = [
    "Channel",
    "Disclosure",
    "PrivateNote",
    "Questionnaire",
    "Recipient",
    "Recusal",
    "Salt",
    "SealedFile",
    "SealedMessage",
    "SpentProof",
    "Tip",
    "VaultSession",
    "Wrap",
]
