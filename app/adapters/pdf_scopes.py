"""Heads of tables in a tagged PDF say what they head: PDF/UA asks for it, and WeasyPrint leaves it out."""

import io
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object


def with_scopes(made: bytes) -> bytes:
    """The same document, each table head marked as of its column or its row. The same input gives the same bytes."""
    with pikepdf.open(io.BytesIO(made)) as opened:
        tree = opened.Root.get("/StructTreeRoot")
        heads = list(_heads(tree, is_above=False)) if tree is not None else []
        if not heads:
            return made
        for head, scope in heads:
            head.A = Dictionary(O=Name.Table, Scope=scope)
        target = io.BytesIO()
        opened.save(target, deterministic_id=True)
        return target.getvalue()


def _heads(node: Object, *, is_above: bool) -> Iterator[tuple[Object, Name]]:
    """Every TH with what it heads: a column where it stands in the head of its table, elsewhere its row."""
    for kid in _kids(node):
        kind = kid.get("/S")
        if kind == Name.TH:
            yield kid, Name.Column if is_above else Name.Row
        yield from _heads(kid, is_above=is_above or kind == Name.THead)


def _kids(node: Object) -> Iterator[Object]:
    kids = node.get("/K")
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
