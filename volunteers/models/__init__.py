from volunteers.models.catalogue import ConsentText, Direction, Rule
from volunteers.models.contact import Letter
from volunteers.models.counts import Count
from volunteers.models.initiative import Hours, Initiative, Result, SignUp
from volunteers.models.observation import ChecklistItem, Observation, Photo
from volunteers.models.organisation import Membership, Organisation
from volunteers.models.profile import Certificate, Consent, VolunteerProfile

__all__ = [
    "Certificate",
    "ChecklistItem",
    "Consent",
    "ConsentText",
    "Count",
    "Direction",
    "Hours",
    "Initiative",
    "Letter",
    "Membership",
    "Observation",
    "Organisation",
    "Photo",
    "Result",
    "Rule",
    "SignUp",
    "VolunteerProfile",
]
