# Two commands matter: `make run` and `make test`. The shell is in scripts/, so that this stays a table.
# On a fresh Debian or Ubuntu nothing but Python 3.11 or later and make is needed: scripts/setup sees to the rest.

PY = .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test fast journeys check format lock vendor image kill bench clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

run: ## Serve the portal with demo data on http://127.0.0.1:8000 (PORT, HOST and ARF_DATA_DIR change it)
	@scripts/setup run && exec scripts/run

test: ## Run every test: SQLite, PostgreSQL, a real virus scanner, browser journeys
	@scripts/setup test && exec scripts/test

fast: ## Run the fast tests only: SQLite, no browser
	@scripts/setup dev && exec $(PY) -m pytest -n 2 -m "not journey and not postgres"

journeys: ## Run the browser journeys only
	@scripts/setup test && exec scripts/test journeys

check: ## Run what a change must pass: format, lint, types, import contract, migrations, compose file, every test
	@scripts/setup test && exec scripts/check

format: ## Rewrite Python files in the one format
	@scripts/setup dev && $(PY) -m ruff format . && $(PY) -m ruff check --fix .

lock: ## Write requirements.lock and requirements-dev.lock anew from pyproject.toml
	@scripts/lock

vendor: ## Fetch the front end and the fonts anew (needs npm)
	@scripts/vendor

image: ## Perform the Dockerfile's steps on this machine, without Docker, and ask the result for its health
	@scripts/setup dev && exec $(PY) scripts/prove_image.py

kill: ## Kill the portal 200 times while clients work, and compare what it had acknowledged
	@scripts/setup dev && exec $(PY) -m scripts.kill_test 200

bench: ## Measure: load, growth, certificates
	@scripts/setup dev && exec $(PY) -m benchmarks

clean: ## Delete .venv and every cache; data/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find app tests benchmarks migrations scripts -name __pycache__ -type d -prune -exec rm -rf {} +
