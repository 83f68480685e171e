# New here? `make test` creates the Python environment in .venv and runs every test; `make demo` shows what this is
# about. Needs Python 3.10 to 3.13 with its venv module, and Chromium for the tests in the browser.
#
#   make demo ARGS="--no-app"     hands options on to `expressiveness demo`
#   make test ARGS="-k video"     hands options on to pytest
#   make setup PYTHON=python3.12  chooses the Python of a new environment

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := -m pip install --quiet --disable-pip-version-check
# What comes from a package index is what was there when it was locked: every file by its hash.
PIP_LOCKED := $(PIP) --no-deps --require-hashes --requirement
LOCKS := tools/locks
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

# A file to a worker, in the order of tests/conftest.py.
SHARED_OUT := --numprocesses=auto --dist=loadfile --no-loadscope-reorder

.PHONY: help setup demo test test-fast coverage lint audit docs dist lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(INSTALLED) ## create or update the environment in .venv (about 3 minutes the first time)

demo: $(INSTALLED) ## make sample interviews, train, predict and open the App
	@$(BIN)/expressiveness demo $(ARGS)

test: $(INSTALLED) ## run every test; what is skipped is named with its reason
	@$(BIN)/pytest -rs $(SHARED_OUT) $(ARGS)

test-fast: $(INSTALLED) ## run the tests that need no database, browser or patience: under a minute
	@$(BIN)/pytest -rs -m "not slow" --hypothesis-profile=fast $(SHARED_OUT) tests/unit $(ARGS)

coverage: $(INSTALLED) ## run every test, and show which lines none of them ran; fails where it is more than one in twenty
	@$(MAKE) test ARGS="--cov --cov-report=term --cov-report=html:artefacts/coverage $(ARGS)"

lint: $(INSTALLED) ## check style, format, types, what imports what, and what the repository holds
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.repository

audit: $(INSTALLED) ## name locked packages with known vulnerabilities, where the package index tells of them
	@test -x $(VENV)/audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)/audit \
		&& $(VENV)/audit/bin/python $(PIP_LOCKED) $(LOCKS)/audit.lock; }
	@$(VENV)/audit/bin/python -m tools.audit

docs: $(INSTALLED) ## build the documents into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet && echo "site/index.html"

dist: $(INSTALLED) ## build the sdist, the wheel and the plugin's zip into dist/
	@$(BIN)/python -m tools.dist

lock: $(BIN)/pip ## resolve requirements.lock and tools/locks/ anew, with hashes; versions move only where they must
	@$(BIN)/python $(PIP_LOCKED) $(LOCKS)/uv.lock
	@$(UV_LOCK) pyproject.toml --extra dev -o requirements.lock
	@$(UV_LOCK) $(LOCKS)/build.in --constraint requirements.lock -o $(LOCKS)/build.lock
	@$(UV_LOCK) $(LOCKS)/audit.in -o $(LOCKS)/audit.lock
	@$(UV_LOCK) $(LOCKS)/mongod.in --no-deps -o $(LOCKS)/mongod.lock
	@$(UV_LOCK) $(LOCKS)/uv.in -o $(LOCKS)/uv.lock

clean: ## remove the environment, the caches and what the tests wrote
	@rm -rf $(VENV) artefacts build dist site *.egg-info htmlcov .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every version comes from requirements.lock, those of the build tools included: they are installed first, so that
# nothing is built with anything else. --no-deps keeps pip from adding the other builds of OpenCV (see pyproject.toml).
# This package itself has no hash, and so is installed in a call of its own.
$(INSTALLED): pyproject.toml requirements.lock $(wildcard $(LOCKS)/*.lock) tools/ensure_mongod.py \
		tools/system_libraries.sh | $(BIN)/pip
	@PATH="$$PATH:/usr/sbin:/sbin" sh tools/system_libraries.sh
	@echo "Installing the locked packages into $(VENV), about 3 minutes the first time ..."
	@$(BIN)/python $(PIP_LOCKED) $(LOCKS)/build.lock
	@$(BIN)/python $(PIP_LOCKED) requirements.lock --no-build-isolation
	@$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m tools.ensure_mongod
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.10 to 3.13 is needed: name one, as in 'make setup PYTHON=python3.12'."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv module is missing: on Debian and Ubuntu, 'apt install python3-venv' adds it."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
