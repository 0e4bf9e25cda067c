# Guidance. `make run` and `make test` set themselves up from nothing; `make help` lists the rest.
PORT ?= 8000
DATA ?= data
PY := .venv/bin/python

.PHONY: help run test everyone lint translations format bench requirements clean

help: ## Say what each command does
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## Serve on http://localhost:8000 with a demo city (PORT=, DATA= for the data folder)
	@tools/setup.sh run
	@GUIDANCE_DATA="$(DATA)" $(PY) -m guidance run --port $(PORT)

test: ## Check lint, types and protocols, then run every test
	@tools/setup.sh dev
	@tools/chromium.sh
	@tools/fonts.sh
	@tools/engines.sh
	@$(PY) -m guidance translations compile
	@$(MAKE) --no-print-directory lint
	@tools/tests.sh -n 2 --dist worksteal --ignore tests/engines
	@tools/tests.sh -n 2 --dist loadfile tests/engines

everyone: ## Look at every screen in every language, light and dark, with axe-core (some minutes)
	@tools/setup.sh dev
	@tools/chromium.sh
	@GUIDANCE_TEST_EVERYONE=1 $(PY) -m pytest -n 2 tests/browser/test_everyone.py

lint: ## Check style, types and protocols
	@tools/setup.sh dev
	@$(PY) -m ruff check guidance tests bench
	@$(PY) -m ruff format --check guidance tests bench
	@$(PY) -m mypy
	@$(PY) -m guidance protocols check
	@$(PY) -m guidance translations check
	@$(PY) -m guidance scenarios check

translations: ## Put today's English into the catalogs; what changed turns fuzzy
	@tools/setup.sh run
	@$(PY) -m guidance translations update

format: ## Put the Python files in the house's format
	@tools/setup.sh dev
	@$(PY) -m ruff check --fix guidance tests bench
	@$(PY) -m ruff format guidance tests bench

bench: ## Measure, and print ratios beside the aims
	@tools/setup.sh dev
	@tools/chromium.sh
	@$(PY) -m bench

requirements: ## Pin requirements/*.in with hashes (needs uv)
	@cd requirements && for name in run dev; do \
	  uv pip compile --quiet --generate-hashes --no-header --no-annotate --universal --python-version 3.11 $$name.in -o $$name.txt; done

clean: ## Remove the environment and caches (never the data)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
