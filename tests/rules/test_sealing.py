"""The sealed document: one text for one content, and every part of it counts."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.rules.sealing import (
    SealedAnswer,
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
