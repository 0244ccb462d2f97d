# Two commands matter: `make run` opens the demo, `make test` passes every test. Each sets itself up.
PYTHON ?= python3
BIN := .venv/bin
WHO ?= minquan-cm
.DEFAULT_GOAL := help
.PHONY: help setup run test check talk bench screenshots lock clean

help:  ## show what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

.venv/serve.ready: requirements/serve.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "loop153 needs Python 3.11 or newer as '$(PYTHON)'. Install it, or say: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python has no venv module. On Debian: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up (first time only, about a minute) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/serve.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.ready: requirements/dev.txt .venv/serve.ready
	@echo "Setting up the test tools (first time only) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: .venv/dev.ready  ## install everything into .venv

run: .venv/serve.ready  ## open the demo in the browser
	@$(BIN)/loop153 demo

test: .venv/dev.ready  ## run every test
	@$(BIN)/pytest -n auto $(ARGS)

check: .venv/dev.ready  ## style, types, arrows between rooms, translations, forms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.translations
	@$(BIN)/loop153 form lint

talk: .venv/serve.ready  ## talk to the bot in this terminal, as one of the demo's people (WHO=minquan-cm)
	@test -d "$${LOOP153_DATA_DIR:-data/demo}" || { echo "Run 'make run' once first: it brings the sample people."; exit 1; }
	@LOOP153_DATA_DIR="$${LOOP153_DATA_DIR:-data/demo}" $(BIN)/loop153 talk --as $(WHO) $(ARGS)

bench: .venv/dev.ready  ## measure, and print the table of ratios
	@$(BIN)/loop153 bench $(ARGS)

screenshots: .venv/dev.ready  ## take the pictures of docs/pictures.md anew (needs chromium)
	@$(BIN)/python -m tests.screenshots $(ARGS)

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml

lock:  ## pin the dependencies anew (needs uv)
	@$(LOCK) --group dev --output-file requirements/dev.txt
	@$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/serve.txt

clean:  ## remove what make made
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache *.egg-info
