"""A second version made from the shipped one: it merges, splits, drops, adds, rewords and moves criteria.

B01 and B02 -> N1     merged: texts joined; both have a date, so none is taken; B01's link, B02's role
B03 -> B03 and N2     split: the copy gets everything too
B04 -> nothing        dropped, with its evidence
B05 -> B05            reworded: title and the question of its text
B06 -> B06            its text may have 5 words only
B07 -> B07            `role` is called `owner` now and is filled from it; `date` is no longer asked; a new link
B08 -> B08            its date is asked as a text: another kind, so it does not carry
B09 -> B09            no longer asked of trusts
S01 -> S01            moves from Silver to Bronze
N3                    added
"""

from copy import deepcopy
from typing import Any

from app.criteria.carry_over import CarryOver
from app.criteria.loader import from_document, to_document
from app.criteria.schema import Framework

VERSION = "2027.second"


def second(first: Framework) -> tuple[Framework, CarryOver]:
    """The second version and what its author says of carrying over."""
    document = second_document(first)
    return from_document(document, "second"), declared(first)


def declared(first: Framework) -> CarryOver:
    return CarryOver(
        before=first.version,
        criteria={"N1": ("B01", "B02"), "N2": ("B03",)},
        questions={"B07": {"owner": ("B07.role",)}},
    )


def second_document(first: Framework) -> dict[str, Any]:
    document = deepcopy(to_document(first))
    document["version"] = VERSION
    rows = {row["code"]: row for row in document["criteria"]}
    one = rows.pop("B01")
    two = rows.pop("B02")
    merged = {**deepcopy(one), "code": "N1", "title": "Say it in public, and answer for it"}
    merged["questions"] = [*merged["questions"], _question(two, "role")]
    split = {**deepcopy(rows["B03"]), "code": "N2", "title": "Take the campaign into the community"}
    rows.pop("B04")
    rows["B05"]["title"] = "Keep one plan, and keep to it"
    _question(rows["B05"], "narrative")["label"] = "What does the one plan say?"
    _question(rows["B06"], "narrative")["words"] = 5
    _question(rows["B07"], "role")["id"] = "owner"
    rows["B07"]["questions"] = [one for one in rows["B07"]["questions"] if one["id"] != "date"]
    rows["B07"]["questions"].append(
        {
            "id": "page",
            "kind": "link",
            "label": "Where are its papers?",
            "hint": "An address.",
            "required": False,
        }
    )
    _question(rows["B08"], "date").update(kind="narrative", words=20)
    rows["B09"]["not_for"] = ["trust"]
    rows["S01"]["level"] = "bronze"
    added = {**deepcopy(rows["B10"]), "code": "N3", "title": "Something nobody asked before"}
    document["criteria"] = [merged, rows.pop("B03"), split, *rows.values(), added]
    return document


def _question(row: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(one for one in row["questions"] if one["id"] == id_)
