"""Every router, and the paths that anyone may open."""

from fastapi import FastAPI

from app.config import Settings
from app.web import (
    answers,
    assignments,
    certificates,
    dashboards,
    decisions,
    downloads,
    evidence,
    evidence_additions,
    frameworks,
    home,
    moderation,
    public,
    register,
    reviews,
    self_assessments,
    sign_in,
    sign_in_demo,
    sign_off,
    submissions,
)
from app.web.uploads import largest_body

ROUTERS = (
    public.router,
    sign_in.router,
    home.router,
    frameworks.router,
    self_assessments.router,
    answers.router,
    evidence.router,
    downloads.router,
    sign_off.router,
    submissions.router,
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
        "/sign-in",
        "/sign-in/sent",
        "/sign-in/link/{token}",
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
    if settings.demo:
        app.include_router(sign_in_demo.demo_router)
    if not settings.is_production:
        app.include_router(sign_in_demo.mailbox_router)
