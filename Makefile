# `make` alone prints the targets. Only Python and make are needed beforehand.

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo staff shell migrate catalogues test e2e lint format \
	types imports migrations messages inspect check lock

PORT ?= 8000
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
TEMPLATES := find . -path '*templates/*' -name '*.html' -not -path './$(VENV)/*' -print0

# Beside the data of `make run`, and beside throwaway data of the tests' own.
WITH_SERVICES := $(BIN)/python -m portal.embedded exec --
WITH_TEST_SERVICES := $(BIN)/python -m portal.embedded exec --throwaway --data var/test --
MANAGE := $(WITH_SERVICES) $(BIN)/python manage.py
TEST_MANAGE := $(WITH_TEST_SERVICES) $(BIN)/python manage.py

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)

run: setup ## start the portal (PORT=8000); Ctrl-C stops it
	@$(BIN)/python -m portal.embedded run --port $(PORT)

demo: setup ## add made-up rows, marked as such on every page that shows one
	@$(MANAGE) load_demo

staff: setup ## make a staff login (EMAIL=you@example.org)
	@$(if $(EMAIL),,$(error Say for whom: make staff EMAIL=you@example.org))$(MANAGE) create_staff "$(EMAIL)"

shell: setup ## open a Python shell on the portal's data
	@$(MANAGE) shell

migrate: setup ## bring the database to the schema of the code
	@$(MANAGE) migrate

# Compiled messages are not in the repository; only what has changed is written.
catalogues: setup-dev
	@$(TEST_MANAGE) compile_catalogues

test: catalogues ## run the tests (ARGS="tests/portal -k map")
	@$(WITH_TEST_SERVICES) $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

e2e: catalogues ## run the journeys in a real browser alone
	@$(WITH_TEST_SERVICES) $(BIN)/python -m pytest tests/e2e $(ARGS)

lint: setup-dev ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(TEMPLATES) | xargs -0 $(BIN)/djade --check --target-version 5.2

format: setup-dev ## put code and templates into the house's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(TEMPLATES) | xargs -0 $(BIN)/djade --target-version 5.2

types: setup-dev ## check types
	@$(WITH_TEST_SERVICES) $(BIN)/mypy .

imports: setup-dev ## check who imports whom
	@$(BIN)/lint-imports

migrations: setup-dev ## check that no migration is missing
	@$(TEST_MANAGE) makemigrations --check --dry-run

messages: setup-dev ## check that no message is stale or untranslated
	@$(TEST_MANAGE) check_catalogues

inspect: lint types imports migrations messages ## all of these checks

check: inspect test ## exactly what continuous integration runs

setup: ## make .venv with what the portal needs
	@$(PYTHON) -I portal/embedded/environment.py requirements.lock

setup-dev: ## make .venv with the tools for work on it too
	@$(PYTHON) -I portal/embedded/environment.py requirements-dev.lock requirements.lock

lock: setup-dev ## resolve the dependencies anew (for maintainers, with uv)
	uv pip compile --universal --python-version 3.11 --no-header --upgrade \
		--output-file requirements.lock pyproject.toml
	uv pip compile --universal --python-version 3.11 --no-header --upgrade \
		--group dev --output-file requirements-dev.lock pyproject.toml
