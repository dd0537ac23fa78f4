"""Credentials on their way out: signed as a JWT, and carried by a badge's picture."""
