SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCALE ?= 0.01
PORT ?= 8501
SERVE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow mutants lint bench train

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## make .venv with everything in it
$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[engine,dev]'
	touch $@

demo: setup ## set up, make clips, simulate the company, load, build, show the dashboard
	$(BIN)/reel demo --scale $(SCALE) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: setup ## set up and run all tests but the slow ones
	$(BIN)/pytest -m 'not slow' -n auto --maxprocesses 4 --dist loadgroup

test-slow: setup ## run the slow tests
	$(BIN)/pytest -m slow

mutants: setup ## break each model on purpose; the golden tests must notice
	$(BIN)/python tests/mutants.py

lint: setup ## format, types, SQL style, and the Spark compilation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pipelines.portability
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests

bench: setup ## measure against named rivals
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file; done

train: setup ## train the bundled model's weights (hours on two cores; resumable)
	$(BIN)/python -m generation.training.train
