"""What we keep: columns, constraints and the link to the parent; no behaviour."""

from app.models.assessments import Answer, SelfAssessment
from app.models.decisions import Certificate, CertificateCounter, Condition, Decision, Outcome
from app.models.events import Event
from app.models.evidence import Evidence, EvidenceKind, EvidenceLink, EvidenceVersion
from app.models.frameworks import FrameworkVersion
from app.models.mails import Mail
from app.models.organisations import Organisation, Succession
from app.models.people import (
    ASSEMBLY_ROLES,
    ORGANISATION_ROLES,
    VIEWER_ROLES,
    Membership,
    Person,
    Role,
    SignInLink,
    SignInSession,
)
from app.models.reviews import AgreedScore, Review, ReviewStatus, Score
from app.models.submissions import OPEN_STATUSES, SealedCopy, Status, Submission, Window

__all__ = [
    "ASSEMBLY_ROLES",
    "OPEN_STATUSES",
    "ORGANISATION_ROLES",
    "VIEWER_ROLES",
    "AgreedScore",
    "Answer",
    "Certificate",
    "CertificateCounter",
    "Condition",
    "Decision",
    "Event",
    "Evidence",
    "EvidenceKind",
    "EvidenceLink",
    "EvidenceVersion",
    "FrameworkVersion",
    "Mail",
    "Membership",
    "Organisation",
    "Outcome",
    "Person",
    "Review",
    "ReviewStatus",
    "Role",
    "Score",
    "SealedCopy",
    "SelfAssessment",
    "SignInLink",
    "SignInSession",
    "Status",
    "Submission",
    "Succession",
    "Window",
]
