"""The sealed document: one text for one content, and every part of it counts."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.rules.sealing import (
    SealedAnswer,
    SealedCondition,
    SealedContent,
    SealedDocument,
    SealedEvidence,
    as_text,
    read,
    seal,
)

ID = UUID(int=7)
ITEM = SealedEvidence(
    evidence_id=ID, version_id=ID, kind="file", title="Paper", file_name="p.pdf", media_type="application/pdf",
    size=3, sha256="0" * 64, url="", evidence_date=date(2026, 1, 5), expires_on=None, place="page 3",
)  # fmt: skip
CONTENT = SealedContent(
    framework="arf", framework_version="1", framework_checksum="0" * 64, organisation_id=ID,
    organisation_name="Trust “Ä”", ods_code="ZZA", organisation_kind="trust", level="bronze", window_id=ID,
    answers=(SealedAnswer(code="B01", level="bronze", values={"narrative": "Text\r\n"}, evidence=(ITEM,)),),
    not_applicable=(), lower_levels_held=(),
)  # fmt: skip
DOCUMENT = SealedDocument(
    content=CONTENT, declaration="I declare.", signed_by="S", handed_over_by="L",
    sealed_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
)  # fmt: skip


def test_what_was_sealed_is_read_back_the_same() -> None:
    assert read(as_text(DOCUMENT)) == DOCUMENT
    assert as_text(read(as_text(DOCUMENT))) == as_text(DOCUMENT)


def test_the_hash_of_a_known_document_never_changes() -> None:
    """Hashes are on receipts: a change of the canonical form would make every one of them wrong."""
    assert seal(DOCUMENT) == "f3b43eb50108cb4ea91914aa09d9e6bbb93ee1095f5cb3df54f0a2b2aeca4c0d"


# As a document was kept before there were conditions, byte for byte.
KEPT = (
    '{"content":{"answers":[{"code":"B01","evidence":[],"level":"bronze","values":{"narrative":"Text"}}],"framework":'
    '"arf","framework_checksum":"00","framework_version":"1","level":"bronze","lower_levels_held":[],"not_applicable":'
    '[],"ods_code":"ZZA","organisation_id":"00000000-0000-0000-0000-000000000007","organisation_kind":"trust",'
    '"organisation_name":"Trust","window_id":"00000000-0000-0000-0000-000000000007"},"declaration":"I declare.",'
    '"handed_over_by":"L","sealed_at":"2026-11-22T12:00:00Z","signed_by":"S"}'
)


def test_a_copy_sealed_before_there_were_conditions_is_the_same_bytes_again() -> None:
    document = read(KEPT)
    assert (as_text(document), document.content.answers[0].conditions) == (KEPT, ())


def test_conditions_are_part_of_what_is_signed() -> None:
    asked = SealedCondition(condition_id=ID, text="Show the minute.", answer="It is in the paper of May.")
    answer = CONTENT.answers[0].model_copy(update={"conditions": (asked,)})
    document = DOCUMENT.model_copy(update={"content": CONTENT.model_copy(update={"answers": (answer,)})})
    assert (read(as_text(document)), seal(document) == seal(DOCUMENT)) == (document, False)
    assert '"conditions"' not in as_text(DOCUMENT)


@pytest.mark.parametrize(
    "change",
    [
        {"declaration": "I declare!"},
        {"signed_by": "T"},
        {"content": CONTENT.model_copy(update={"organisation_name": "Trust"})},
        {"content": CONTENT.model_copy(update={"answers": ()})},
    ],
)
def test_every_part_counts(change: dict[str, object]) -> None:
    assert seal(DOCUMENT.model_copy(update=change)) != seal(DOCUMENT)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        read(as_text(DOCUMENT).replace('"declaration"', '"extra":1,"declaration"'))


def test_a_criterion_that_is_not_in_the_copy_is_a_key_error() -> None:
    assert CONTENT.answer("B01").values == {"narrative": "Text\r\n"}
    with pytest.raises(KeyError):
        CONTENT.answer("B02")
