"""Loads nothing by itself: the process that watches the web processes lies in here beside the commands."""
