"""Which day it is in the United Kingdom: what is held, issued or expired counts by it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")


def uk_day(at: datetime) -> date:
    return at.astimezone(UK).date()
