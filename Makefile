# Everything that is done here, as one word each. `make help` lists them.
#
# PYTHON names another interpreter (3.11 or newer): make run PYTHON=python3.12
# Without make, on Windows say: py tools\bootstrap.py env, then .venv\Scripts\safeguarding demo and … serve.

PYTHON ?= python3
BIN := .venv/bin
BOOTSTRAP := $(PYTHON) tools/bootstrap.py
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run env test bench lint format browser constraints

help:  ## list what can be asked for
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: env  ## serve the dashboard with its demonstration (HOST, PORT and DATABASE_URL are heeded)
	@$(BIN)/safeguarding demo
	@exec $(BIN)/safeguarding serve

env:  ## bring .venv up to date with what running needs
	@$(BOOTSTRAP) env

test: dev browser  ## check the style and the types, then run every test (ARGS="-k rates" picks some)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/pytest $(ARGS)

bench: dev  ## time the hot paths
	@$(BIN)/pytest -m bench -s $(ARGS)

lint: dev  ## check the style and the types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: dev  ## lay the code out, and mend what can be mended unasked
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

browser:  ## see that there is a Chromium for the browser tests
	@$(BOOTSTRAP) browser

constraints:  ## choose the pinned versions anew
	@$(BOOTSTRAP) constraints

.PHONY: dev
dev:
	@$(BOOTSTRAP) env --dev
