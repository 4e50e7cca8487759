# Everything a newcomer types. What a target needs is set up first, and only what is not there yet.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header
LOCK := $(COMPILE) pyproject.toml
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test chaos plugin bench bench-large language locks format clean
.DELETE_ON_ERROR:
.SILENT:

help:  ## this list
	sed -nE 's/^([a-z-]+):.*  ## (.*)/\1\t\2/p' Makefile | expand -t 14

setup: $(VENV)/.installed static/dist/manifest.json  ## the environment and the front end

$(VENV)/.installed: requirements.lock cdnow.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=python3.12 make …)"; exit 1; }
	echo "Installing Python packages into $(VENV)"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r cdnow.lock
	printf '#!/bin/sh\nexec "%s" -m app.cli "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/regulars
	chmod +x $(BIN)/regulars
	echo "$(CURDIR)" > "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/regulars.pth"
	touch $@

static/dist/manifest.json: package-lock.json $(wildcard ui/* ui/*/*) | $(VENV)/.installed
	echo "Building the front end"
	PYTHON=$(BIN)/python bash ui/build.sh

demo: setup  ## two shops, connected, with shoppers at work
	$(BIN)/regulars demo $(DEMO)

$(VENV)/.tested: requirements-dev.lock $(VENV)/.installed
	echo "Installing what the tests need"
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

tests/node_modules/.installed: tests/package-lock.json | static/dist/manifest.json
	PYTHON=$(BIN)/python bash ui/npm.sh tests
	touch $@

test: setup $(VENV)/.tested tests/node_modules/.installed  ## every check and every test, the browser's and PostgreSQL's included
	bash tests/needs.sh
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(TESTS)

chaos: setup $(VENV)/.tested tests/node_modules/.installed  ## bad days, one for each seed and database: make chaos SEEDS="1 2 3" LASTING=60
	bash tests/needs.sh
	CHAOS_SEEDS="$(or $(SEEDS),1 2 3 4 5 6 7 8 9 10)" CHAOS_SECONDS="$(or $(LASTING),30)" $(BIN)/python -m pytest -s tests/street/test_chaos.py

plugin: static/dist/manifest.json  ## the WordPress plugin: build/regulars-for-woocommerce.zip
	PYTHON=$(BIN)/python bash extensions/woocommerce/build.sh build

$(VENV)/dlt/.installed: benchmarks/dlt.lock $(VENV)/.tested
	echo "Installing dlt into $(VENV)/dlt, to measure beside"
	$(BIN)/uv venv -q --clear -p $(BIN)/python $(VENV)/dlt
	$(BIN)/uv pip install -q -p $(VENV)/dlt/bin/python --require-hashes -r benchmarks/dlt.lock
	touch $@

bench: setup $(VENV)/.tested $(VENV)/dlt/.installed  ## the benchmarks: at most 8 minutes, benchmarks/results.json
	$(BIN)/python -m benchmarks

bench-large: setup $(VENV)/.tested  ## what takes longer
	$(BIN)/python -m benchmarks --large

language: $(VENV)/.tested  ## begin a language, or add what is new to its catalogue: make language OF=de
	test -n "$(OF)" || { echo "Which one? make language OF=de"; exit 1; }
	mkdir -p locales
	$(BIN)/pybabel -q extract -F babel.cfg -k noted --project=Regulars --no-location -o locales/messages.pot .
	$(BIN)/pybabel -q update -l "$(OF)" -d locales -i locales/messages.pot --init-missing

locks: $(VENV)/.tested  ## the exact versions and hashes of what pyproject.toml names
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -o requirements-dev.lock
	$(COMPILE) benchmarks/dlt.in -o benchmarks/dlt.lock

format: $(VENV)/.tested  ## the code, in its one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove all that was installed, built or kept by the demo
	rm -rf $(VENV) static/dist node_modules tests/node_modules .regulars
