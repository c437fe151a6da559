# Everything runs from .venv, which the first target called sets up. Needed: Python 3.11 or later, make, git.

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
GOVERN := $(BIN)/govern

# The first Python on the path that really runs and is recent enough; override with `make PYTHON=/path/to/python`.
PYTHON = $(shell for python in python3.11 python3 python3.12 python3.13; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; exit; fi; done)

.DEFAULT_GOAL := help
.PHONY: help demo test test-install test-realmodel test-gateway test-spark lint format docs bench bench-usage

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

# The stamp is as old as the last installation, so repeated calls cost nothing.
$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { echo "make: no Python 3.11 or later on the path" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# A clone of a single commit has nothing older to compare with, so it is compared with itself.
demo: $(READY)  ## Check, diff, report, stress and dry-run this repository's own portfolio, into reports/
	$(GOVERN) check
	@base=$$(git rev-parse --verify --quiet 'HEAD~1^{commit}' || git rev-parse HEAD); \
		echo $(GOVERN) diff $$base; $(GOVERN) diff $$base --fail-on never
	$(GOVERN) report --output reports/board.md
	$(GOVERN) report --output reports/board.html
	$(GOVERN) report --output reports/board.pdf
	$(GOVERN) graph --output reports/dependencies.svg
	$(GOVERN) stress --output reports/risk.pdf
	$(GOVERN) dry-run --offline
	$(GOVERN) drill --offline
	@ls -l reports

test: $(READY)  ## Run the tests
	$(BIN)/pytest --numprocesses auto --dist loadfile

test-install: $(READY)  ## Install the wheel, without extras and with either end of LiteLLM (needs the package registry)
	$(BIN)/pytest -m install tests/test_plain_install.py

test-realmodel: $(READY)  ## Ask a small real chat and a small real embedding model (installs them; needs Node.js)
	tests/realmodel/setup .realmodel
	$(BIN)/pytest tests/realmodel

test-gateway: $(READY)  ## Start the real LiteLLM proxy from an exported file and drive it (installs it)
	tests/gateway/setup .gateway
	$(BIN)/pytest -m gateway -o faulthandler_timeout=600 tests/gateway

test-spark: $(READY)  ## Run the query of usage on Apache Spark in local mode (installs it; needs Java 17)
	tests/spark/setup .spark
	$(BIN)/pytest -m spark -o faulthandler_timeout=600 tests/spark

lint: $(READY)  ## Check style, types, floors and workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/structure.py
	$(BIN)/zizmor --offline --quiet --pedantic .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

format: $(READY)  ## Rewrite code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)  ## Write the generated pages and schemas anew
	$(BIN)/python tools/write_docs.py

bench: $(READY)  ## Measure the ratios that benchmarks/ promises
	$(BIN)/python -m compileall -q multillm_gov benchmarks
	$(BIN)/python -m benchmarks

bench-usage: $(READY)  ## Measure the query over 10 million rows, killed imports, and forecasts (minutes, 6 GiB of disk)
	$(BIN)/python -m benchmarks.usage
