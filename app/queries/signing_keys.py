"""The keys that ever signed, as the register knows them."""

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select

from app.models import SigningKey


def unusable(session: Session) -> set[str]:
    """The kids of keys that sign no more: retired, or distrusted from any moment on."""
    rows = session.exec(
        select(SigningKey.kid).where(
            or_(col(SigningKey.retired_at).is_not(None), col(SigningKey.distrusted_from).is_not(None))
        )
    )
    return set(rows)


def by_kid(session: Session, kid: str) -> SigningKey | None:
    return session.exec(select(SigningKey).where(SigningKey.kid == kid)).first()


def listed(session: Session) -> Sequence[SigningKey]:
    """Every key, the first used first."""
    return session.exec(select(SigningKey).order_by(col(SigningKey.first_used_at), SigningKey.kid)).all()
