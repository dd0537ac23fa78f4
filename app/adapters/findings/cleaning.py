"""The cleaning itself, in its own process: reads one file from standard input and writes the copy for readers."""

from typing import BinaryIO

from app.adapters.findings import clean_office, clean_pdf, pictures
from app.adapters.structure.child import produce

CPU_SECONDS = 12
# A photo of 64 million pixels that must be turned is held twice.
MEMORY = 600 * 1024 * 1024
WITH_CHANGES = "with-changes"


def copy(source: BinaryIO, extension: str, *, with_changes: bool) -> bytes:
    """The file's copy; KeyError for kinds that hold nothing to take out."""
    if extension in ("docx", "xlsx", "pptx"):
        return clean_office.cleaned(source, with_changes=with_changes)
    if extension == "pdf":
        return clean_pdf.cleaned(source, with_changes=with_changes)
    source.seek(0)
    return pictures.cleaned(source.read())


def clean(source: BinaryIO, arguments: list[str]) -> bytes:
    """What the parent process asks for: the copy's bytes."""
    return copy(source, arguments[0], with_changes=WITH_CHANGES in arguments)


if __name__ == "__main__":
    produce(clean, cpu_seconds=CPU_SECONDS, memory=MEMORY)
