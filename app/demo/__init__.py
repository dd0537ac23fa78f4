"""Fictional organisations, people and two years of history, made through the same actions that people use."""

from app.demo.seeding import seed

__all__ = ["seed"]
