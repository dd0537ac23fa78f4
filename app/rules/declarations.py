"""What an executive declares by signing. The text is stored with each seal, so changing it here changes no old one."""

DECLARATION = (
    "I am the executive sponsor named in this submission, and I sign it for my organisation. "
    "I have read the self-assessment. To the best of my knowledge it is a true account of our work, "
    "the evidence is genuine and we may share it, and our board knows that we are submitting it. "
    "I understand that reviewers will judge exactly this copy, that nobody can change it after I sign, "
    "and that recognition can be revoked if the copy turns out to be untrue."
)
DECLARATION_MARK = "Illustrative wording of ours, awaiting the Assembly's text"
