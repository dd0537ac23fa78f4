"""A Word document as bytes that hold no clock but the one it was given."""

import io
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document


def saved(made: Document) -> bytes:
    """The file. Packing notes this machine's clock beside each part; here they all have the first date a ZIP knows, so
    that the same words are the same bytes whenever they are asked for."""
    packed, target = io.BytesIO(), io.BytesIO()
    made.save(packed)
    with ZipFile(packed) as parts, ZipFile(target, "w", ZIP_DEFLATED) as kept:
        for part in parts.infolist():
            kept.writestr(ZipInfo(part.filename), parts.read(part), ZIP_DEFLATED)
    return target.getvalue()
