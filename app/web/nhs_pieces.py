"""The pieces that NHS components are made of, drawn by functions.

A page of questions draws them hundreds of times, and NHS's own macros for them took half of the page's time. Each
gives the same bytes as its macro; what it doesn't know it leaves to that macro (``whole``). The templates below
``templates/nhsuk/`` put them in the macros' place.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined
from jinja2.filters import do_indent
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

Draw = Callable[..., Markup]
_SIZES = ("s", "m", "l", "xl")
_LABEL = "nhsuk-label"
_OF_LABELS = frozenset({"html", "text", "id", "for", "size", "classes", "attributes"})


def attributes(given: Any = None) -> Markup:
    """HTML attributes from a mapping, each a value or ``{"value", "type", "optional"}``; text is taken as it is."""
    if isinstance(given, str):
        return Markup(given)  # noqa: S704  NHS's own macros say that such a text is HTML
    return Markup(_attributes(given))  # noqa: S704  escaped there


def _attributes(given: Any) -> str:
    return "".join([_attribute(*one) for one in given.items()]) if isinstance(given, Mapping) else ""


def _attribute(name: str, item: Any) -> str:
    options = item if isinstance(item, Mapping) else {"value": item}
    value, is_optional = options.get("value"), options.get("optional") is True
    is_missing = value is None or isinstance(value, Undefined)
    if is_optional and (is_missing or value is False):
        return ""
    if is_optional and value is True:
        return f" {escape(name)}"
    text = "" if is_missing else _value(value, options.get("type"))
    return f" {escape(name)}='{text}'" if '"' in text else f' {escape(name)}="{text}"'


def _value(value: Any, kind: object) -> str:
    if kind == "array" and not hasattr(value, "__html__"):
        return htmlsafe_json_dumps(value, sort_keys=True)
    return escape(str(value).lower() if isinstance(value, bool) else value)


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    """What says something: NHS's macros hand on every parameter, also those nobody gave."""
    return {
        name: value
        for name, value in params.items()
        if value is not None and not isinstance(value, Undefined)
    }


def _inside(given: Mapping[str, Any]) -> str:
    """What stands between the tags: HTML as it is, text escaped, lines moved in as the macros move them."""
    inside = str(given["html"] if given.get("html") else escape(given["text"]))
    return do_indent(inside.strip(), 2)


def label(whole: Draw) -> Draw:
    """A label that is no heading and has no caption."""

    def draw(params: Mapping[str, Any], caller: Any = None) -> Markup:
        given = _given(params)
        if caller or not given.keys() <= _OF_LABELS or not (given.get("html") or given.get("text")):
            return whole(params, **({"caller": caller} if caller else {}))
        classes, size = given.get("classes") or "", given.get("size")
        named = _LABEL
        if size in _SIZES and not any(f"{_LABEL}--{one}" in classes for one in _SIZES):
            named += f" {_LABEL}--{size}"
        named += f" {classes}" if classes else ""
        own = {"class": named, "id": _optional(given.get("id")), "for": _optional(given.get("for"))}
        more = attributes(given.get("attributes"))
        return Markup(f"<label{_attributes(own)}{more}>\n  {_inside(given)}\n</label>\n")  # noqa: S704  escaped

    return draw


def _optional(value: Any) -> dict[str, Any]:
    return {"value": value, "optional": True}


def hint(whole: Draw) -> Draw:
    """A hint with a text or HTML of its own."""

    def draw(params: Mapping[str, Any], caller: Any = None) -> Markup:
        given = _given(params)
        if caller or not (given.get("html") or given.get("text")):
            return whole(params, **({"caller": caller} if caller else {}))
        named = f"nhsuk-hint {given['classes']}" if given.get("classes") else "nhsuk-hint"
        own = {"class": named, "id": _optional(given.get("id") or None)}
        more = attributes(given.get("attributes"))
        return Markup(f"<div{_attributes(own)}{more}>\n  {_inside(given)}\n</div>")  # noqa: S704  escaped

    return draw
