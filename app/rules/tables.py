"""The tables of the rules and of the settings as text for people: who may do what, when, and what can be set."""

import json
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr

from app.config import ROOT, Settings
from app.models import Role
from app.rules.permissions import GRANTS, Permission, Predicate
from app.rules.workflow import STAGE, TRANSITIONS

CONDITIONS = {
    "anyone": "",
    "own_organisation": "of the own organisation",
    "asked_to_sign": "asked to sign it",
    "asked_to_co_sign": "asked for the network's view",
    "assigned": "assigned to it",
    "not_a_reviewer": "not one of its reviewers",
    "no_conflict": "no conflict of interest",
    "took_no_part": "did not judge it before an appeal",
    "same_icb": "of the own ICB",
    "in_region": "of the own region",
}


def conditions(predicates: tuple[Predicate, ...]) -> str:
    """What must hold for a grant, in words; "yes" when nothing must. KeyError for a predicate without words."""
    return ", ".join(filter(None, (CONDITIONS[one.__name__] for one in predicates))) or "yes"


def permissions_page() -> str:
    """``docs/permissions.md``: a table of permissions by roles."""
    lines = [
        "# Who may do what",
        "",
        "Made from `GRANTS` in `app/rules/permissions.py` by `portal docs`; a test compares the two. An empty cell",
        "means no. A person who holds several roles may do what any one of them may.",
        "",
        "| | " + " | ".join(role.value for role in Role) + " |",
        "|---|" + "---|" * len(Role),
        *(_grants_line(permission) for permission in Permission),
    ]
    return "\n".join(lines) + "\n"


def _grants_line(permission: Permission) -> str:
    granted = GRANTS[permission]
    cells = [conditions(granted[role]) if role in granted else "" for role in Role]
    return f"| {permission.value} | " + " | ".join(cells) + " |"


def workflow_page() -> str:
    """``docs/workflow.md``: the diagram and the table of transitions."""
    lines = [
        "# The way of a submission",
        "",
        "Made from `TRANSITIONS` in `app/rules/workflow.py` by `portal docs`; a test compares the two.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {_state(a)} --> {_state(b)}: {verb}" for a, b, verb in _arrows()),
        "```",
        "",
        "| verb | who | button | told to the organisation before release |",
        "|---|---|---|---|",
        *(
            f"| {verb.value} | may {one.permission.value} | {one.button} | {'yes' if one.told else 'no'} |"
            for verb, one in TRANSITIONS.items()
        ),
        "",
        "| status | what the organisation and its ICB see |",
        "|---|---|",
        *(f"| {status.value} | {stage.value} |" for status, stage in STAGE.items()),
    ]
    return "\n".join(lines) + "\n"


def _arrows() -> list[tuple[str, str, str]]:
    """Every pair of statuses that a verb joins. One that leads to where it came from changes no status."""
    return [
        (before.value if before else "", after.value, verb.value)
        for verb, one in TRANSITIONS.items()
        for before in one.come_from
        for after in one.lead_to
        if before is after or one.lead_to != one.come_from
    ]


def _state(status: str) -> str:
    """A name that the diagram's language takes; ``[*]`` is where it begins."""
    return status.replace(" ", "_").replace("-", "_") or "[*]"


def settings_page() -> str:
    """``docs/settings.md``: every setting with its default."""
    prefix = Settings.model_config["env_prefix"]
    lines = [
        "# What can be set",
        "",
        "Made from `Settings` in `app/config.py` by `portal docs`; a test compares the two. Each is read from the",
        "environment. Rules of the process, such as how long a certificate holds, belong to the framework version.",
        "",
        "| setting | meaning | default |",
        "|---|---|---|",
        *(
            f"| `{prefix}{name.upper()}` | {field.description} | {_default(field.default)} |"
            for name, field in Settings.model_fields.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    """The default as one would type it; a path inside the checkout without what stands before the checkout."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path):
        value = value.relative_to(ROOT)
    if isinstance(value, StrEnum):
        value = value.value
    if isinstance(value, list | dict | bool):
        value = json.dumps(value)
    return f"`{value}`" if value != "" else "empty"
