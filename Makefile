# Sparkflow's targets. Each does all of its own set-up from nothing.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export PATH
PYTHON ?= python3
VENV := .venv/bin

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	@echo "== npm packages"
	@npm ci --no-audit --no-fund
	@touch $@

.venv/.ready: images/spark-sedona/requirements.txt test/requirements.txt
	@echo "== Python packages"
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 12) else "the pinned packages need Python 3.11 or 3.12, and this is %d.%d: make PYTHON=python3.11 …" % v)'
	@$(PYTHON) -m venv .venv
	@$(VENV)/pip install --quiet --disable-pip-version-check -r images/spark-sedona/requirements.txt -r test/requirements.txt
	@touch $@

.PHONY: jars
jars: ## fetch Sedona's jars through Maven, checked against jars/SHA256SUMS
	@echo "== jars"
	@jars/fetch.sh

.PHONY: jars-image
jars-image: ## fetch the jars that the image of Spark holds
	@jars/fetch.sh sedona-35-212-180 hadoop-aws-334

.PHONY: bundle
bundle: node_modules/.package-lock.json ## bundle the operator into dist/
	@node images/operator/bundle.ts

.PHONY: images
images: node_modules/.package-lock.json ## build both images without Docker, as root on Debian; prints the archives' paths
	@node images/build.ts

.PHONY: setup
setup: node_modules/.package-lock.json .venv/.ready jars ## npm packages, Python environment and jars

.PHONY: demo
demo: setup ## run examples/geo-cities for real, in local[4], and say where its picture is
	@node operator/cli/bin.js run examples/geo-cities
	@node operator/cli/bin.js runs last --json | node -e 'const run = JSON.parse(require("fs").readFileSync(0)); const map = run.tasks.flatMap((t) => t.outputs ?? []).find((o) => o.uri.endsWith(".png")); console.log("\nThe map: " + map.uri.replace("file://", ""))'

.PHONY: test
test: setup ## run every test that this machine can run
	@node test/all.ts

.PHONY: test-all
test-all: setup ## the same, with what takes too long for every change
	@SPARKFLOW_TEST_ALL=1 node test/all.ts

.PHONY: test-cluster
test-cluster: setup ## run the end-to-end tests on the cluster of KUBECONFIG; see test/e2e/README.md
	@: $${KUBECONFIG:?names no cluster to test on (make test starts one of its own)}
	@SPARKFLOW_TEST_KUBECONFIG="$$KUBECONFIG" node test/all.ts "end to end"

.PHONY: generate
generate: setup ## write everything that is generated: crds/, docs/reference/, docs/schema/, the conf catalogue
	@node operator/generate.ts

.PHONY: format
format: setup ## format and mend what can be mended
	@biome check --write
	@$(VENV)/ruff format && $(VENV)/ruff check --fix

.PHONY: lint
lint: setup ## types, format and lint
	@tsc
	@biome check
	@$(VENV)/ruff format --check && $(VENV)/ruff check

.PHONY: bench-local
bench-local: setup ## measure local runs against plain Spark; the last line is JSON
	@node test/bench/local.ts

.PHONY: bench-cluster
bench-cluster: setup ## measure the operator on a cluster against bare API writes and spark-submit; the last line is JSON
	@node test/bench/cluster.ts $(ONLY)

.PHONY: bench-flows
bench-flows: setup ## measure flows on a light cluster against bare API writes; the last line is JSON
	@node test/bench/flows.ts $(ONLY)

.PHONY: cluster-up
cluster-up: node_modules/.package-lock.json ## start a real Kubernetes on this machine (Linux, root, Go); prints its kubeconfig
	@node test/cluster/cluster.ts up

.PHONY: cluster-down
cluster-down: node_modules/.package-lock.json ## end it and leave the machine as it was
	@node test/cluster/cluster.ts down

.PHONY: clean
clean: ## remove what set-up and runs made here (caches under ~/.cache/sparkflow stay)
	@rm -rf node_modules .venv jars/sedona-35-212-180 jars/hadoop-aws-334 jars/iceberg-35-1100 .sparkflow
