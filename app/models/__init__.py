"""What we keep: columns, constraints and the link to the parent; no behaviour."""

from app.models.assessments import Answer, Comment, CriterionOwner, Presence, SelfAssessment
from app.models.decisions import Certificate, CertificateCounter, Condition, Decision, Outcome
from app.models.events import Event
from app.models.evidence import (
    Evidence,
    EvidenceCheck,
    EvidenceKind,
    EvidenceLink,
    EvidenceVersion,
    ScanState,
)
from app.models.frameworks import FrameworkDraft, FrameworkVersion
from app.models.mails import Mail
from app.models.organisations import Organisation, Succession
from app.models.people import (
    ASSEMBLY_ROLES,
    ORGANISATION_ROLES,
    VIEWER_ROLES,
    Invitation,
    Membership,
    Person,
    Role,
    SignInLink,
    SignInSession,
)
from app.models.reviews import AgreedScore, Review, ReviewStatus, Score
from app.models.submissions import (
    OPEN_STATUSES,
    CallBack,
    ChangeRequest,
    CoSignature,
    Intention,
    LateDoor,
    Reminder,
    SealedCopy,
    Status,
    Submission,
    View,
    Window,
)

__all__ = [
    "ASSEMBLY_ROLES",
    "OPEN_STATUSES",
    "ORGANISATION_ROLES",
    "VIEWER_ROLES",
    "AgreedScore",
    "Answer",
    "CallBack",
    "Certificate",
    "CertificateCounter",
    "ChangeRequest",
    "CoSignature",
    "Comment",
    "Condition",
    "CriterionOwner",
    "Decision",
    "Event",
    "Evidence",
    "EvidenceCheck",
    "EvidenceKind",
    "EvidenceLink",
    "EvidenceVersion",
    "FrameworkDraft",
    "FrameworkVersion",
    "Intention",
    "Invitation",
    "LateDoor",
    "Mail",
    "Membership",
    "Organisation",
    "Outcome",
    "Person",
    "Presence",
    "Reminder",
    "Review",
    "ReviewStatus",
    "Role",
    "ScanState",
    "Score",
    "SealedCopy",
    "SelfAssessment",
    "SignInLink",
    "SignInSession",
    "Status",
    "Submission",
    "Succession",
    "View",
    "Window",
]
