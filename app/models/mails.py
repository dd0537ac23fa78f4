"""Mails waiting to go out, written in the transaction that caused them."""

from uuid import UUID

from sqlmodel import Field

from app.models.columns import Moment, Row, identity, long_text, moment


class Mail(Row, table=True):
    id: UUID = identity()  # also the Message-ID, so that a second delivery is recognised
    to: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    body: str = long_text()
    written_at: Moment = moment()
    leased_until: Moment | None = moment(optional=True)  # one worker at a time tries it
    tries: int = 0
    sent_at: Moment | None = moment(optional=True)
    last_error: str = long_text(default="")
