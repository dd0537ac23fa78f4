"""Every router, and the paths that anyone may open."""

from fastapi import FastAPI

from app.config import Settings
from app.web import (
    answers,
    assignments,
    calendars,
    call_backs,
    certificates,
    changes,
    co_signatures,
    comments,
    dashboards,
    decisions,
    downloads,
    evidence,
    evidence_additions,
    evidence_comparison,
    exports,
    findings,
    framework_drafting,
    framework_drafts,
    frameworks,
    handover,
    history,
    home,
    imports,
    intentions,
    invitations,
    late_doors,
    moderation,
    moving,
    owners,
    people,
    presence,
    public,
    register,
    reviews,
    self_assessments,
    sign_in,
    sign_in_demo,
    sign_off,
    sources,
    standing_check,
    submissions,
)
from app.web.uploads import largest_body

ROUTERS = (
    public.router,
    sign_in.router,
    home.router,
    people.router,
    invitations.router,
    owners.router,
    comments.router,
    handover.router,
    frameworks.router,
    framework_drafts.router,
    framework_drafting.router,
    self_assessments.router,
    answers.router,
    moving.router,
    presence.router,
    history.router,
    evidence.router,
    findings.router,
    evidence_comparison.router,
    sources.router,
    standing_check.router,
    downloads.router,
    exports.router,
    sign_off.router,
    call_backs.router,
    co_signatures.router,
    intentions.router,
    late_doors.router,
    calendars.router,
    submissions.router,
    changes.router,
    assignments.router,
    reviews.router,
    moderation.router,
    decisions.router,
    certificates.router,
    register.router,
    dashboards.router,
)

PUBLIC = frozenset(
    {
        "/",
        "/health",
        "/accessibility",
        "/privacy",
        "/cookies",
        "/framework",
        "/framework/{code}",
        "/framework.json",
        "/framework/{version}/changes",
        "/sign-in",
        "/sign-in/sent",
        "/sign-in/link/{token}",
        "/invitations/{token}",
        "/sign-in/demo",
        "/dev/mailbox",
        "/dev/mailbox/{mail_id}",
        "/register",
        "/register.csv",
        "/verify",
        "/verify/{token}",
    }
)


def add_to(app: FastAPI, settings: Settings) -> None:
    """Add the routes; those of demo and development only where the setting is on."""
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(evidence_additions.router, max_body_size=largest_body(settings))
    app.include_router(imports.router, max_body_size=largest_body(settings))
    if settings.demo:
        app.include_router(sign_in_demo.demo_router)
    if not settings.is_production:
        app.include_router(sign_in_demo.mailbox_router)
