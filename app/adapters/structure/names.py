"""File names as people gave them, made fit to show and to send back."""

import re
import unicodedata

LONGEST = 150
_LONGEST_ENDING = 20
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A name without folders, invisible characters or anything a file system refuses.

    At most 150 characters, in Unicode form NFC, never empty, with its ending kept.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = unicodedata.normalize("NFC", "".join(map(_shown, last)))
    stem, dot, ending = _FORBIDDEN.sub("-", shown).rstrip(" .").rpartition(".")
    if not dot or not ending.strip() or len(ending) > _LONGEST_ENDING:
        stem, ending = stem + dot + ending, ""
    ending = f".{_tidy(ending)}" if ending else ""
    stem = _tidy(stem) or "file"
    if _DEVICES.fullmatch(stem.split(".")[0].strip()):
        # Windows opens a device instead of a file for these, whatever the ending.
        stem = f"file-{stem}"
    return _tidy(stem[: LONGEST - len(ending)]) + ending


def ending_of(name: str) -> str:
    """The part after the last dot of a safe name, in lower case; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _shown(character: str) -> str:
    """Drops what cannot be seen: controls, direction overrides, lone surrogates, unassigned."""
    category = unicodedata.category(character)
    if category.startswith("Z") or character in "\t\r\n":
        return " "
    return "" if category.startswith("C") else character


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .")
