"""Tests that start whole portals and kill them."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "durability: kills a portal again and again (make kill does it 200 times)"
    )
