# The newcomer's face: everything here is a line or two that could be typed by hand.
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc)
BUILD := build/release
STORE ?= .data/ten-years
SCALE ?= 1
SEED ?= 1
FUZZ_SECONDS ?= 400
FUZZ_SEED ?= 0
# What `make rehearsal` upgrades from: the newest release, where one has a tag.
FROM ?= $(shell git describe --tags --abbrev=0 2>/dev/null)
VERSION := $(shell sed -n 's/^project.oversight VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
SUITE := forces-service concerns-service monitoring-service gateway oversight

.PHONY: help setup build run demo test crash bench load-data format lint debug-test tsan-test fuzz stubs image images rehearsal baseline clean

help: ## List what there is
	@echo "Oversight: the system of record for an inspectorate that monitors police forces."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "DATA=path moves the data folder; the ports are in common/tools/run.sh."

setup: ## Install what building and testing need and is not there (Debian 12; root or sudo)
	@common/tools/bootstrap.sh test

# The first build leaves the tests out, so that it needs neither them nor their packages.
build: ## Build the four services and the command-line client
	@common/tools/bootstrap.sh run
	@test -e $(BUILD)/build.ninja || cmake --preset release -DOVERSIGHT_BUILD_TESTS=OFF
	@cmake --build $(BUILD) -j $(JOBS) --target $(SUITE)

run: build ## Start the suite on this machine and keep its data in .data/ (Ctrl-C stops it)
	@common/tools/run.sh

demo: build ## Play West Midlands Police's move to Engage on a throw-away store and show the dashboards
	@common/tools/demo.sh

test: setup ## Build everything and run all tests
	@cmake --preset release -DOVERSIGHT_BUILD_TESTS=ON
	@cmake --build $(BUILD) -j $(JOBS)
	@ctest --preset release -j 2 --no-tests=error
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=30 FUZZ_SEED=1

fuzz: setup ## Fuzz every parser of ours, each for FUZZ_SECONDS (400; nine of them, two at a time)
	@cmake --preset fuzz -DOVERSIGHT_FUZZ_SECONDS=$(FUZZ_SECONDS) -DOVERSIGHT_FUZZ_SEED=$(FUZZ_SEED) >&2
	@cmake --build --preset fuzz -j $(JOBS)
	@ctest --preset fuzz -j 2 --no-tests=error

crash: setup ## Crash the services some hundred times on each engine and see that nothing is lost
	@cmake --preset release -DOVERSIGHT_BUILD_TESTS=ON
	@cmake --build $(BUILD) -j $(JOBS) --target crash_test_driver
	@$(BUILD)/bin/crash_test_driver --cycles=$(or $(CYCLES),200)

bench: ## Measure the services beside etcd, plain PostgreSQL, a bare echo, nginx and Node (ARGS=--quick, ARGS=--json)
	@common/tools/bootstrap.sh bench >&2
	@cmake --preset release -DOVERSIGHT_BUILD_TESTS=ON >&2
	@cmake --build $(BUILD) -j $(JOBS) --target service_bench load_data forces-service concerns-service monitoring-service gateway oversight >&2
	@$(BUILD)/bin/service_bench $(ARGS)
	@BIN=$(BUILD)/bin common/tools/gateway_bench.sh $(filter --quick --json --rounds=%,$(ARGS))

load-data: ## Fill STORE (a folder, .data/ten-years) with ten plausible years of casework (SCALE=1, SEED=1)
	@common/tools/bootstrap.sh test >&2
	@cmake --preset release -DOVERSIGHT_BUILD_TESTS=ON >&2
	@cmake --build $(BUILD) -j $(JOBS) --target load_data >&2
	@mkdir -p $(STORE)
	@$(BUILD)/bin/load_data --forces=sqlite:$(STORE)/forces.db --concerns=sqlite:$(STORE)/concerns.db \
	  --scale=$(SCALE) --seed=$(SEED) $(ARGS)
	@echo "Serve it with: make run DATA=$(STORE)"

debug-test: setup ## All tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --preset debug
	@cmake --build build/debug -j $(JOBS)
	@ctest --preset debug -j 2 --no-tests=error

tsan-test: setup ## The tests without gRPC types under ThreadSanitizer
	@cmake --preset tsan
	@cmake --build build/tsan -j $(JOBS) --target tsan_tests
	@ctest --preset tsan -j 2 --no-tests=error

format: ## Format C++ and protos in place
	@common/tools/bootstrap.sh lint
	@common/tools/lint.sh --fix

lint: ## Check formatting and the contract, and clang-tidy what changed
	@common/tools/bootstrap.sh lint
	@test -e $(BUILD)/build.ninja || cmake --preset release
	@common/tools/lint.sh

rehearsal: build ## Run the production overlay on this machine under load through all that operators do and fear (FROM=REVISION)
	@common/tools/bootstrap.sh rehearsal >&2
	@from=$$([ -z "$(FROM)" ] || JOBS=$(JOBS) common/tools/older_build.sh "$(FROM)") && \
	  FROM="$$from" BIN=$(BUILD)/bin node tests/k8s/rehearsal.js

image: build ## Make the root file systems of the images without a container engine, and start each program inside its own (root)
	@common/tools/bootstrap.sh image >&2
	@cmake $(BUILD) >/dev/null && cmake --build $(BUILD) -j $(JOBS) --target $(SUITE)  # For --version: of this very commit.
	@common/tools/image.sh
	@BIN=$(BUILD)/bin node --test tests/k8s/image_roots.test.js

images: ## Build the five container images (needs Docker; see Dockerfile)
	@for program in $(SUITE); do \
	  docker build --build-arg COMMIT=$$(git rev-parse --short=12 HEAD) --target $$program -t oversight/$$program:$(VERSION) . || exit 1; \
	done

stubs: setup ## Generate client stubs for other languages into gen/
	@node_modules/.bin/buf generate

baseline: setup ## Make the present contract the one that later changes must not break
	@node_modules/.bin/buf build protos --exclude-source-info -o protos/baseline.binpb

clean: ## Remove what was built (data, and installed packages, stay)
	rm -rf build gen
