"""How fast the portal is, and how that grows: ``make bench``. See docs/performance.md."""
