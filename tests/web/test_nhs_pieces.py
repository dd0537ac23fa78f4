"""What draws the pieces of NHS components gives the same bytes as NHS's own macros."""

from typing import Any

import pytest
from jinja2 import ChainableUndefined, PackageLoader
from markupsafe import Markup

from app.config import Settings
from app.web.pages import Pages, environment

NOTHING = ChainableUndefined()
NHS = Pages(
    loader=PackageLoader("nhsuk_frontend_jinja"),
    autoescape=True,
    undefined=ChainableUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
CALL = '{%% from "nhsuk/%s" import %s as piece %%}{{ piece(params) }}'
CALL_AROUND = '{%% from "nhsuk/%s" import %s as piece %%}{%% call piece(params) %%}inside{%% endcall %%}'
LABEL, HINT = ("components/label/macro.jinja", "label"), ("components/hint/macro.jinja", "hint")
ATTRIBUTES = ("macros/attributes.jinja", "nhsukAttributes")
HTML = Markup("<b>x</b>\n<i>y</i>")

PARAMS: list[tuple[tuple[str, str], Any]] = [
    *((piece, {"text": "A <b> & 'c' \"d\""}) for piece in (LABEL, HINT)),
    *((piece, {"html": HTML}) for piece in (LABEL, HINT)),
    *((piece, {"html": "<b>x</b>", "text": "y"}) for piece in (LABEL, HINT)),
    *((piece, {"text": " a\n\n b\u2028c "}) for piece in (LABEL, HINT)),
    *((piece, {"text": "x", "id": "i<", "classes": "a b"}) for piece in (LABEL, HINT)),
    *((piece, {"text": "x", "attributes": {"data-x": True, "y": None}}) for piece in (LABEL, HINT)),
    *((piece, {"text": ""}) for piece in (LABEL, HINT)),
    *((piece, {}) for piece in (LABEL, HINT)),
    (LABEL, {"text": "x", "for": "f", "size": "m"}),
    (LABEL, {"text": "x", "for": NOTHING, "id": None, "size": "enormous"}),
    (LABEL, {"text": "x", "classes": "nhsuk-label--l z", "size": "m"}),
    (LABEL, {"text": "x", "visuallyHiddenText": "more"}),
    (LABEL, {"text": "x", "isPageHeading": True, "size": "l"}),
    (LABEL, {"text": "x", "isPageHeading": False, "heading": "y"}),
    (LABEL, {"text": "x", "heading": False}),
    (LABEL, {"text": "x", "caption": "above"}),
    *((ATTRIBUTES, {"a": value}) for value in ("b", 'b"c<', True, False, None, NOTHING, 5, Markup('"x"'))),
    *(
        (ATTRIBUTES, {"<a": {"value": value, "optional": True}})
        for value in (True, False, None, NOTHING, "", Markup("x<"))
    ),
    (ATTRIBUTES, {"a": {"value": ["x", "y'<"], "type": "array"}, "b": "c"}),
    *((ATTRIBUTES, given) for given in (' x="1"', Markup(' x="1"'), None, NOTHING, {})),
]


@pytest.mark.parametrize(("piece", "params"), PARAMS)
def test_a_piece_is_drawn_as_its_macro_draws_it(
    settings: Settings, piece: tuple[str, str], params: Any
) -> None:
    ours, theirs = (
        one.from_string(CALL % piece).render(params=params) for one in (environment(settings), NHS)
    )
    assert ours == theirs


@pytest.mark.parametrize("piece", [LABEL, HINT])
def test_a_piece_with_a_body_is_left_to_its_macro(settings: Settings, piece: tuple[str, str]) -> None:
    ours, theirs = (
        one.from_string(CALL_AROUND % piece).render(params={"id": "i"})
        for one in (environment(settings), NHS)
    )
    assert ours == theirs
