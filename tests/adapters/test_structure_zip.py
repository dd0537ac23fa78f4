"""The purse that one upload spends from, which a file inside a file shares."""

import io

import pytest

from app.adapters.structure import archive
from app.adapters.structure.archive import Budget
from app.adapters.structure.markup import Reader
from app.adapters.structure.reasons import Refused
from tests import samples

TOO_MUCH = (
    "This file unpacks to far more than its size, so it cannot be checked. "
    "Save it as a PDF, or split it into smaller files, and upload that."
)


def test_U07_bytes_run_out_at_the_first_one_over() -> None:
    budget = Budget(unpacked=10)
    budget.unpack(10)
    with pytest.raises(Refused) as refused:
        budget.unpack(1)
    assert refused.value.reason == TOO_MUCH


def test_U07_elements_run_out_at_the_first_one_over() -> None:
    budget = Budget(elements=1)
    budget.read_elements(1)
    with pytest.raises(Refused) as refused:
        budget.read_elements(1)
    assert refused.value.reason == TOO_MUCH


def test_U07_a_zip_that_says_it_is_too_large_is_refused_before_any_of_it_is_unpacked() -> None:
    budget = Budget(unpacked=1_000)
    with pytest.raises(Refused) as refused:
        archive.entries(io.BytesIO(samples.xlsx()), budget)
    assert (refused.value.reason, budget.unpacked) == (TOO_MUCH, 1_000)


def test_U07_each_byte_unpacked_is_paid_for() -> None:
    budget, source = Budget(), io.BytesIO(samples.xlsx())
    first = archive.entries(source, budget)[0]
    before = budget.unpacked
    assert len(b"".join(archive.unpacked(source, first, budget))) == before - budget.unpacked


def test_U07_each_element_read_is_paid_for() -> None:
    budget = Budget(elements=5)
    reader = Reader(budget, lambda *_: None, lambda *_: None, frozenset(), frozenset())
    reader.read([b"<a><b/>", b"<b/></a>"])
    assert budget.elements == 2
