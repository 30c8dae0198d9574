# Targets with a `## ` text are listed by `make`. Everything runs in .venv; nothing outside the checkout is touched
# but a temporary folder that `make wheel` removes again.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup forecast test check format lint types floors wheel bench skill births golden docs clean

PYTHON ?=
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --quiet --quiet --disable-pip-version-check
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | \
	while IFS='|' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: $(VENV)/stamp ## make .venv with the exact versions of requirements.lock

$(VENV)/stamp: pyproject.toml requirements.lock
	@if ! $(PY) -c '$(SUITABLE)' 2>/dev/null; then \
	  found=; \
	  for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	    if "$$python" -c '$(SUITABLE)' >/dev/null 2>&1; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "No Python 3.11, 3.12 or 3.13 with venv and ensurepip was found." >&2; \
	    echo "Install one (on Debian and Ubuntu also python3-venv), or name it: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	  fi; \
	  echo "setup: $$("$$found" --version) into $(VENV), a few minutes the first time" >&2; \
	  "$$found" -m venv --clear $(VENV); \
	fi
	@$(PIP) install -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

forecast: setup ## run the bundled project (Harbin); results go to out/
	@$(VENV)/bin/forecast run

test: setup ## run all tests and the examples in docstrings
	@$(PY) -m pytest

check: lint types floors test wheel ## everything that .ci/run runs, tests included

format: setup ## rewrite the code in the house's form
	@$(PY) -m ruff check --fix-only --exit-zero .
	@$(PY) -m ruff format .

lint: setup ## ruff: rules and form
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: setup ## mypy, strict
	@$(PY) -m mypy

floors: setup ## import-linter: imports point down only
	@$(VENV)/bin/lint-imports --no-cache

wheel: setup ## build the wheel, look into it, install it alone and run Harbin from it
	@set -euo pipefail; \
	work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	$(PY) -m build --no-isolation --outdir "$$work/dist" . >"$$work/build.log" 2>&1 || { cat "$$work/build.log"; exit 1; }; \
	wheel=$$(echo "$$work"/dist/*.whl); \
	$(PY) -m check_wheel_contents "$$wheel"; \
	LAOYOU_WHEEL="$$wheel" $(PY) -m pytest -q tests/wheel; \
	$(PY) -m venv "$$work/alone"; \
	"$$work/alone/bin/python" -m pip --quiet --quiet --disable-pip-version-check install -c requirements.lock "$$wheel"; \
	cd "$$work"; \
	alone/bin/forecast init city --from harbin; \
	cd city; \
	../alone/bin/forecast run

bench: setup ## time kernels, trajectories, regions, tables and the run; PEER=python that has leapfrog-py, to measure beside it
	@$(PY) benchmarks/kernel.py
	@$(PY) benchmarks/trajectories.py --full $(if $(PEER),--peer $(PEER))
	@$(PY) benchmarks/services.py
	@$(PY) benchmarks/multiregional.py
	@$(PY) benchmarks/tidy.py
	@$(PY) benchmarks/run.py

skill: setup ## score every set of areas under SETS=folder and write the measured part of docs/skill.md
	@$(PY) benchmarks/skill.py "$(SETS)" --write docs/skill.md --coverage data/coverage.csv

births: setup ## score the birth regressions (sets under SETS=folder too) and write the measured part of docs/births.md
	@$(PY) benchmarks/births.py "$(SETS)" --write docs/births.md

golden: setup ## renew the golden results in tests/ (look at the difference before keeping it)
	@LAOYOU_GOLDEN=renew $(PY) -m pytest tests -m golden

docs: setup ## write the reference pages anew and run the examples in docstrings
	@$(PY) docs/reference.py
	@$(PY) -m pytest -q forecast

clean: ## remove .venv, builds and caches; out/ stays
	@rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find forecast tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
