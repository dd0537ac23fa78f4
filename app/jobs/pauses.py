"""How long a round pauses before the next, in seconds."""

PAUSE_SECONDS = 1.0
MINUTE = 60.0
AWAY_SECONDS = 15.0  # between two looks whether what is missing is back
