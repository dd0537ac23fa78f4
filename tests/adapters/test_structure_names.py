"""File names: safe to show and to send back, whatever was typed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.adapters.structure.check import ACCEPTED
from app.adapters.structure.names import LONGEST, ending_of, safe_name

HOSTILE = {
    "U04_parent": ("../../etc/passwd.pdf", "passwd.pdf"),
    "U04_absolute": ("/etc/cron.d/job.txt", "job.txt"),
    "U04_windows": (r"C:\Users\x\plan.docx", "plan.docx"),
    "U04_share": (r"\\server\share\plan.docx", "plan.docx"),
    "U04_nul": ("plan.docx\0.exe", "plan.docx.exe"),
    "U04_line_break": ("plan\r\nSet-Cookie: a.pdf", "plan Set-Cookie- a.pdf"),
    "U04_override": ("a\u202efdp.exe", "afdp.exe"),
    "U04_stream": ("plan.docx:hidden.txt", "plan.docx-hidden.txt"),
    "U04_device": ("con.txt", "file-con.txt"),
    "U04_device_with_ending": ("nul.x.txt", "file-nul.x.txt"),
    "U04_dots_only": ("...", "file"),
    "U04_ending_only": (".pdf", "file.pdf"),
    "U04_blank": ("   .pdf", "file.pdf"),
    "U04_trailing_dots": ("plan.pdf. . .", "plan.pdf"),
    "U04_empty": ("", "file"),
    "U04_folder": ("papers/", "file"),
    "U04_composed": ("Cafe\u0301.pdf", "Café.pdf"),
    "U04_long": ("a" * 400 + ".docx", "a" * 145 + ".docx"),
    "U04_endless_ending": ("a." + "b" * 400, "a." + "b" * 148),
    "U04_kept": ("Board paper (final) v1.2 – Café.PDF", "Board paper (final) v1.2 – Café.PDF"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_names_are_made_safe(case: str) -> None:
    given_name, shown = HOSTILE[case]
    assert safe_name(given_name) == shown


AWKWARD = st.text(st.sampled_from('a.é/\\: \0\n\u202e\u200b\ud800\u0301con1?*|<>"\u2126\uff0e'), max_size=400)


@given(st.one_of(st.text(max_size=300), AWKWARD))
@example("\u0344" * 200)
@example("con." * 60)
def test_U04_any_name_becomes_safe_and_stays_so(name: str) -> None:
    shown = safe_name(name)
    assert 1 <= len(shown) <= LONGEST
    assert shown == safe_name(shown)
    assert not set(shown) & set('/\\<>:"|?*\0\r\n\t\u202e\u200b')
    assert shown == shown.strip(". ")
    shown.encode("utf-8")


@given(st.text(max_size=300), st.sampled_from(sorted(ACCEPTED)))
def test_U04_the_ending_is_kept(stem: str, ending: str) -> None:
    assert ending_of(safe_name(f"{stem}.{ending}")) == ending
