"""Why a file is refused, in words for the person who uploads it: each says what to do next."""

NOUNS = {
    "pdf": "PDF",
    "docx": "Word document",
    "xlsx": "spreadsheet",
    "pptx": "presentation",
    "png": "picture",
    "jpg": "picture",
    "csv": "CSV file",
    "txt": "text file",
}

EMPTY = "This file is empty. Check that it opens on your computer, then upload it again."
NOT_ACCEPTED = (
    "Files of this type cannot be uploaded. "
    "Save it as a PDF, .docx, .xlsx, .pptx, .png, .jpg, .csv or .txt file and upload that."
)
HIDDEN_ENDING = (
    "The name of this file has an ending that can hide a program. "
    "Give the file a name with one ending, such as report.pdf, and upload it again."
)
DAMAGED = (
    "This file is damaged or was cut short. Open it on your computer, save it again and upload the new copy."
)
TWO_IN_ONE = (
    "This file holds something else as well as what its name says. "
    "Open it on your computer, save it again and upload the new copy."
)
TOO_LARGE = "This file is too large to check. Split it into smaller files and upload each one."
TOO_MUCH = (
    "This file unpacks to far more than its size, so it cannot be checked. "
    "Save it as a PDF, or split it into smaller files, and upload that."
)
TOO_MANY_PIXELS = (
    "This picture is too big to open safely. "
    "Make it smaller, to at most 8,000 pixels on each side, and upload it again."
)
TOO_HARD = (
    "This file takes too much work to check. "
    "Save it again as a simpler file, or split it into smaller files, and upload that."
)
NOT_TEXT = "This file holds characters that are not text. Save it as plain text in UTF-8 and upload it again."
STARTS_A_PROGRAM = (
    "This file holds a formula or field that can start another program. "
    "Remove it, save the file and upload it again."
)
OUTSIDE_CONTENT = (
    "This file takes content from somewhere else, such as a template, picture or workbook on a network. "
    "Save it as a PDF and upload the PDF."
)
FILE_INSIDE = (
    "This file holds another file or object inside it. "
    "Remove the inserted object, save the file and upload it again. Upload the other file on its own."
)
PDF_SCRIPT = "This PDF holds a script or starts a program. Print it to a new PDF and upload the new copy."
PDF_FORM = "This PDF is a dynamic form (XFA). Print it to a new PDF and upload the new copy."
PDF_MEDIA = "This PDF holds video, sound or 3D content. Print it to a new PDF and upload the new copy."


class Refused(Exception):
    """A file that may not be stored; `reason` is a sentence for the person who uploads it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def wrong_type(extension: str) -> str:
    """The content is not what the ending of the name promises."""
    noun = NOUNS[extension]
    return (
        f"The name of this file ends in .{extension} but it does not hold a {noun}. "
        f"Open it in the program that made it, save it as .{extension} and upload it again."
    )


def older_format(extension: str) -> str:
    """A file of Office 97 to 2003, by the extension that replaces it."""
    return f"This {NOUNS[extension]} is in an older format. Save it as .{extension} and upload it again."


def macros(extension: str) -> str:
    """A file that holds macros or active controls, by the extension that cannot hold any."""
    return (
        f"This {NOUNS[extension]} holds macros. Save it as .{extension} without macros and upload it again."
    )


def password(extension: str) -> str:
    """A file that cannot be read, or only in part, without a password."""
    noun = NOUNS[extension]
    return f"This {noun} is protected with a password. Save a copy without the password and upload that."
