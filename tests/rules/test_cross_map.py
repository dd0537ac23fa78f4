"""What each source can serve, is linked to and could be linked to."""

from datetime import date
from uuid import UUID

import pytest

from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind
from app.rules.cross_map import SourceReuse, cross_map, served_by
from app.rules.evidence_lists import LibraryLine
from tests.rules.test_evidence_lists import line
from tests.story import SHIPPED

TODAY = date(2026, 11, 22)
TRUST = OrganisationKind.TRUST


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_folder(SHIPPED)


def codes(criteria: tuple[object, ...]) -> list[str]:
    return [one.code for one in criteria]  # type: ignore[attr-defined]


def of(framework: Framework, source: str, *lines: LibraryLine, linked: set[tuple[UUID, str]]) -> SourceReuse:
    found = cross_map(framework, TRUST, lines, linked, today=TODAY)
    return next(one for one in found if one.source.id == source)


def test_a_source_serves_the_criteria_that_name_it_and_apply(framework: Framework) -> None:
    expected = [one.code for one in framework.criteria if "wres" in one.serves]
    assert codes(served_by(framework, TRUST, "wres")) == expected
    assert "B16" in expected
    of_region = codes(served_by(framework, OrganisationKind.REGION, "wres"))
    assert of_region == [
        code for code in expected if framework.criterion(code).applies_to(OrganisationKind.REGION)
    ]
    assert "B16" not in of_region
    assert (served_by(framework, TRUST, ""), served_by(framework, TRUST, "nonsense")) == ((), ())


def test_every_source_is_told_in_order_also_without_evidence(framework: Framework) -> None:
    found = cross_map(framework, TRUST, [], set(), today=TODAY)
    assert [(one.source.id, one.items) for one in found] == [(one.id, ()) for one in framework.sources]


def test_an_item_tells_where_it_is_linked_and_could_be(framework: Framework) -> None:
    item = line(1, "WRES report", source="wres")
    all_codes = codes(served_by(framework, TRUST, "wres"))
    found = of(framework, "wres", item, line(2, "Other"), linked={(item.id, "B16"), (item.id, "B02")})
    (reuse,) = found.items
    assert codes(reuse.linked) == ["B16"]
    assert codes(reuse.possible) == [code for code in all_codes if code != "B16"]
    assert codes(found.unserved) == codes(reuse.possible)


def test_expired_evidence_is_offered_for_nothing_new(framework: Framework) -> None:
    item = line(1, "WRES report", source="wres", expires_on=date(2026, 11, 21))
    (reuse,) = of(framework, "wres", item, linked={(item.id, "B16")}).items
    assert (codes(reuse.linked), reuse.possible) == (["B16"], ())


def test_the_shipped_framework_covers_what_organisations_already_produce(framework: Framework) -> None:
    """WRES, EDS 2022, PCREF and the improvement plan for equality, diversity and inclusion."""
    told = " ".join(f"{one.name} {one.about}" for one in framework.sources)
    for name in (
        "Workforce Race Equality Standard",
        "Equality Delivery System 2022",
        "patient and carer race equality framework",
        "equality, diversity and inclusion improvement plan",
    ):
        assert name in told
    unused = [one.id for one in framework.sources if not served_by(framework, TRUST, one.id)]
    assert unused == []
