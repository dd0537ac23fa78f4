"""Who might be named in a text that an organisation will read."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import ASSEMBLY_ROLES, Membership, Organisation, Person
from app.rules.people import Who
from app.rules.self_naming import Known

_JUDGES = sa.select(col(Membership.person_id)).where(col(Membership.role).in_(sorted(ASSEMBLY_ROLES)))
_KNOWN = (  # built once: every saved score asks it
    sa.select(
        col(Person.id),
        col(Person.name),
        col(Person.email),
        sa.func.coalesce(col(Organisation.name), ""),
        sa.func.coalesce(col(Organisation.ods_code), ""),
    )
    .join(Organisation, col(Organisation.id) == col(Person.employer_id), isouter=True)
    .where(sa.or_(col(Person.id).in_(_JUDGES), col(Person.id) == sa.bindparam("own")))
    .order_by(col(Person.name), col(Person.id))
)


def known(session: Session, who: Who) -> tuple[Known, list[Known]]:
    """The person and everybody else who judges or did, whatever they judge, in one query."""
    rows = session.execute(_KNOWN, {"own": who.person_id}).all()
    found = {id_: Known(name, email, employer, code) for id_, name, email, employer, code in rows}
    own = found.pop(who.person_id, Known(who.name, who.email))
    return own, list(found.values())
