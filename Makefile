# The one menu. Each entry does its own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SOLUTION := ProcessArsenal.Exporter.sln
PROGRAM := artifacts/publish/process-arsenal
WORKLOAD := artifacts/workload
BUILD_FILES := $(wildcard Directory.*.props global.json .editorconfig BannedSymbols.txt)
SOURCES := $(shell find src -type f -not -path '*/bin/*' -not -path '*/obj/*' 2>/dev/null) $(BUILD_FILES)
ARGS ?=
FUZZ_SECONDS ?= 60
IMAGE ?= process-arsenal:dev

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the exporter on http://0.0.0.0:9464/metrics, without any configuration (ARGS="--config FILE")
	@scripts/setup.sh run
	@[ -d src/ProcessArsenal.Exporter/bin/Release ] || echo "Building it, which takes some minutes the first time ..."
	dotnet run -c Release --project src/ProcessArsenal.Exporter -- serve $(ARGS)

.PHONY: demo
demo: ## see it heal: a .NET service leaks, Prometheus and two Alertmanagers say so, it is recorded and restarted (KEEP=1: goes on until Ctrl-C)
	@scripts/demo.sh

.PHONY: test
# One compiler for all projects (and no comment behind the value: the blank before it would be part of it).
test: export UseSharedCompilation := true
test: setup ## all tests, the end-to-end ones against the published program; ends with the totals
	@$(MAKE) --no-print-directory -j3 --output-sync=target publish targets natives try-tools try-npm $(WORKLOAD)
	@scripts/test.sh

.PHONY: check
check: ## formatting and a build without warnings
	@scripts/setup.sh run
	dotnet format $(SOLUTION) --verify-no-changes
	dotnet build $(SOLUTION) -c Release

.PHONY: golden
golden: ## renew the golden files of what others read; look at the difference before committing it
	@scripts/setup.sh run
	UPDATE_GOLDEN=1 scripts/test.sh unit
	git --no-pager diff --stat -- tests/golden docs dashboards

.PHONY: bench
bench: ## BenchmarkDotNet (ARGS="--filter '*Stat*'")
	@scripts/setup.sh run
	dotnet run -c Release --project benchmarks/ProcessArsenal.Benchmarks -- $(if $(ARGS),$(ARGS),--filter '*')

.PHONY: bench-peers
bench-peers: publish $(WORKLOAD) artifacts/floor artifacts/cputime ## side by side with Debian's prometheus-process-exporter (PROCESSES=2000 ROUNDS=3)
	@scripts/setup.sh bench-peers
	@benchmarks/Peers/run.sh

.PHONY: layout
layout: publish $(WORKLOAD) artifacts/executed ## renew functions.txt, by which the compiler lays out what runs all the time (LAYOUT_SECONDS=90); then make publish, and bench-peers says what it brings
	@scripts/setup.sh run
	dotnet build tests/targets/Shop -c Release -f net10.0 -v quiet
	benchmarks/Layout/order.sh

.PHONY: bench-page
bench-page: publish $(WORKLOAD) artifacts/cputime ## CPU of a whole request for a page of 20,000 series (BATCHES=7 REQUESTS=300)
	@scripts/setup.sh bench-peers
	@benchmarks/Peers/page.sh

.PHONY: bench-overhead
bench-overhead: publish ## CPU of .NET web programs for a request, nearly empty and representative, listened to against not (PAIRS=40 REQUESTS=60000)
	@scripts/setup.sh run
	dotnet build tests/targets/Web -c Release -f net10.0 -v quiet
	dotnet build tests/targets/Catalogue -c Release -v quiet
	dotnet run -c Release --project benchmarks/ProcessArsenal.Overhead -- pairs $(PROGRAM) tests/targets/Web/bin/Release/net10.0/Web.dll tests/targets/Catalogue/bin/Release/net10.0/Catalogue.dll

.PHONY: bench-twins
bench-twins: publish ## the same by two copies of each at the same time, one of them listened to (PAIRS=40 REQUESTS=60000)
	@scripts/setup.sh run
	dotnet build tests/targets/Web -c Release -f net10.0 -v quiet
	dotnet build tests/targets/Catalogue -c Release -v quiet
	dotnet run -c Release --project benchmarks/ProcessArsenal.Overhead -- twins $(PROGRAM) tests/targets/Web/bin/Release/net10.0/Web.dll tests/targets/Catalogue/bin/Release/net10.0/Catalogue.dll

.PHONY: bench-profile
bench-profile: publish tools ## throughput of a representative .NET web program while its CPU time is recorded by us, through its runtime and by the kernel, by dotnet-trace, and not (ROUNDS=20 REQUESTS=30000 ARMS=none,cpu,dotnet-trace,native SEED=1)
	@scripts/setup.sh run
	dotnet build tests/targets/Catalogue -c Release -v quiet
	dotnet run -c Release --project benchmarks/ProcessArsenal.Overhead -- profile $(PROGRAM) artifacts/tools/dotnet-trace tests/targets/Catalogue/bin/Release/net10.0/Catalogue.dll

.PHONY: bench-parts
bench-parts: ## the same for each part of what is asked for (ROUNDS=30 REQUESTS=40000)
	@scripts/setup.sh run
	dotnet build tests/targets/Web -c Release -f net10.0 -v quiet
	dotnet run -c Release --project benchmarks/ProcessArsenal.Overhead -- parts tests/targets/Web/bin/Release/net10.0/Web.dll

.PHONY: bench-api
bench-api: publish $(WORKLOAD) ## how fast the control listener answers, and what 200 readers do to the sampling (PROCESSES=2000 REQUESTS=1000 SECONDS=20)
	@scripts/setup.sh run
	dotnet build benchmarks/ProcessArsenal.Overhead -c Release -v quiet
	benchmarks/Peers/api.sh

.PHONY: bench-webhook
bench-webhook: publish ## how soon a delivery of Alertmanager is on the disk and answered, 1,000 alerts a second, and a storm of them (SECONDS=60 DELIVERIES=2000)
	@scripts/setup.sh run
	dotnet build benchmarks/ProcessArsenal.Overhead -c Release -v quiet
	benchmarks/Peers/webhook.sh

.PHONY: bench-webhook-signal
bench-webhook-signal: setup publish $(WORKLOAD) ## how soon a signal is there after an alert was delivered, of which a policy says so (WEBHOOK_ROUNDS=10, of 19 alerts each)
	WEBHOOK_ROUNDS=$${WEBHOOK_ROUNDS:-10} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release --filter-class '*WebhookLatencyTests' --output Detailed

.PHONY: bench-targets
bench-targets: publish ## memory and CPU of the exporter for each .NET process that it listens to, and time to first values (TARGETS=20 ROUNDS=5 TICKS=30 STARTS=10)
	@scripts/setup.sh run
	dotnet build tests/targets/Shop -c Release -f net10.0 -v quiet
	dotnet run -c Release --project benchmarks/ProcessArsenal.Overhead -- targets $(PROGRAM) tests/targets/Shop/bin/Release/net10.0/Shop

.PHONY: bench-heap
bench-heap: publish ## a gcdump of a heap of many small objects: pause and memory of the program, time and memory of us (HEAP_MIB=2048)
	HEAP_MIB=$${HEAP_MIB:-2048} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release --filter-method '*A_large_heap_costs_the_daemon_nothing_that_lasts' --output Detailed

.PHONY: bench-events
bench-events: ## CPU of an event of a .NET process against TraceEvent, and of 100,000 a second of a living one (ROUNDS=15 RATE=100000 POUR_SECONDS=10 BUFFER=16; RUNTIME=8: with stacks, as .NET 8 is asked)
	@scripts/setup.sh run
	dotnet build tests/targets/Firehose -c Release -v quiet
	dotnet run -c Release --project benchmarks/ProcessArsenal.Benchmarks -- events tests/targets/Firehose/bin/Release/net10.0/Firehose.dll

.PHONY: bench-leaks
bench-leaks: ## how often the leak detector is right, over made-up series, asked at every tick of two hours (LEAK_SERIES=500 of a kind)
	@scripts/setup.sh run
	LEAK_SERIES=$${LEAK_SERIES:-500} LEAK_EVERY=$${LEAK_EVERY:-1} dotnet test --project tests/ProcessArsenal.Telemetry.Tests -c Release \
		--filter-class '*LeakJudgingTests' --output Detailed

.PHONY: bench-analysis
bench-analysis: ## CPU of the analysis of 2,000 processes with six hours of history
	@scripts/setup.sh run
	dotnet run -c Release --project benchmarks/ProcessArsenal.Benchmarks -- --filter '*AnalysisBenchmarks*' --inProcess $(ARGS)

.PHONY: bench-linear
bench-linear: ## what a tick costs per process, for 1,000 to 20,000 processes of a fixture tree
	@scripts/setup.sh run
	@# In memory where that is possible: a disk is not what is measured. Descriptors for all, where we may.
	ulimit -n 200000 2>/dev/null || ulimit -n "$$(ulimit -H -n)"; \
	if [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi; \
	dotnet run -c Release --project benchmarks/ProcessArsenal.Benchmarks -- --filter '*Scale*' $(ARGS)

.PHONY: publish
publish: $(PROGRAM) ## the native program, artifacts/publish/process-arsenal

$(PROGRAM): $(SOURCES)
	@scripts/setup.sh publish
	@rm -rf artifacts/publish
	@# Without analyzers: the build of the solution has them.
	dotnet publish src/ProcessArsenal.Exporter -c Release -o artifacts/publish -p:RunAnalyzers=false
	@touch $@

.PHONY: publish-arm64
publish-arm64: ## the same for linux-arm64, on amd64: artifacts/publish-arm64 (by Debian's cross compiler)
	@scripts/setup.sh publish-arm64
	@rm -rf artifacts/publish-arm64
	dotnet publish src/ProcessArsenal.Exporter -c Release -r linux-arm64 -o artifacts/publish-arm64 -p:RunAnalyzers=false \
		-p:CppCompilerAndLinker="$(CURDIR)/scripts/cc-arm64.sh" -p:ObjCopyName=aarch64-linux-gnu-objcopy

$(WORKLOAD): $(wildcard tests/workload/*.c tests/workload/*.h)
	@scripts/setup.sh publish
	@mkdir -p artifacts
	$(or $(shell command -v cc),gcc) -O2 -Wall -Wextra -Werror -pthread -o $@ $(filter %.c,$^)

NATIVES := $(patsubst tests/targets/native/%.c,artifacts/native/%,$(wildcard tests/targets/native/*.c))

.PHONY: natives
natives: $(NATIVES) ## the programs in C, and in Rust where there is a compiler, of which tests know where their CPU time goes
	@if command -v rustc >/dev/null; then $(MAKE) --no-print-directory artifacts/native/seventy-rust; else echo "No rustc: going on without the program in Rust." >&2; fi

$(NATIVES): artifacts/native/%: tests/targets/native/%.c
	@scripts/setup.sh publish
	@mkdir -p $(@D)
	$(or $(shell command -v cc),gcc) -O2 -Wall -Wextra -Werror -o $@ $<

artifacts/native/seventy-rust: tests/targets/native/seventy.rs
	@mkdir -p $(@D)
	rustc -O --crate-name seventy -o $@ $<

artifacts/floor: benchmarks/Peers/floor.c benchmarks/Peers/taskstats.c benchmarks/Peers/taskstats.h
artifacts/cputime: benchmarks/Peers/cputime.c
artifacts/executed: benchmarks/Layout/executed.c
artifacts/floor artifacts/cputime artifacts/executed:
	@scripts/setup.sh publish
	@mkdir -p artifacts
	$(or $(shell command -v cc),gcc) -O2 -Wall -Wextra -Werror -o $@ $(filter %.c,$^)

TARGET_PROGRAMS := Shop Troubles Web Worker
TARGET_FRAMEWORKS := net8.0 net9.0
TARGETS := $(foreach program,$(TARGET_PROGRAMS),$(foreach framework,$(TARGET_FRAMEWORKS),artifacts/targets/$(program)/$(framework)/$(program)))

.PHONY: targets
targets: $(TARGETS) ## the programs that tests look into, with older runtimes of their own

TRACE_VERSION := 10.0.750501

.PHONY: tools
tools: artifacts/tools/dotnet-trace artifacts/tools/dotnet-dump artifacts/tools/dotnet-gcdump ## what others look into .NET processes with, which tests run beside us (dotnet-trace, dotnet-dump, dotnet-gcdump)

.PHONY: try-tools
try-tools: # the tests that want them say so where they can't be had
	@$(MAKE) --no-print-directory tools || echo "Going on without." >&2

artifacts/tools/dotnet-dump: | artifacts/tools/dotnet-trace # one at a time
artifacts/tools/dotnet-gcdump: | artifacts/tools/dotnet-dump
artifacts/tools/dotnet-trace artifacts/tools/dotnet-dump artifacts/tools/dotnet-gcdump:
	@scripts/setup.sh run
	dotnet tool install $(@F) --version $(TRACE_VERSION) --tool-path $(@D)


RECEIVER := artifacts/otlp-receiver/node_modules/.package-lock.json

.PHONY: receiver
receiver: $(RECEIVER) ## what a receiver of OTLP for tests is built on: OpenTelemetry's own decoder, by npm

.PHONY: try-npm
try-npm: # what npm brings, one after the other; the tests that want it say so where it can't be had
	@for one in $(RECEIVER) $(GRAFANA) $(MANIFESTS); do $(MAKE) --no-print-directory "$$one" || echo "Going on without." >&2; done

$(RECEIVER): $(wildcard tests/otlp-receiver/package*.json)
	@scripts/setup.sh receiver
	@mkdir -p artifacts/otlp-receiver
	@cp $^ artifacts/otlp-receiver
	npm ci --prefix artifacts/otlp-receiver --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

SPEEDSCOPE := artifacts/speedscope/node_modules/.package-lock.json

.PHONY: speedscope
speedscope: publish targets tools $(SPEEDSCOPE) ## a recording by the daemon in the real tools: speedscope, in Chromium (UPDATE_GOLDEN=1 renews docs/images), and dotnet-trace
	@scripts/setup.sh speedscope
	@scripts/speedscope.sh

$(SPEEDSCOPE): $(wildcard tests/speedscope/package*.json)
	@scripts/setup.sh speedscope
	@mkdir -p artifacts/speedscope
	@cp $^ artifacts/speedscope
	npm ci --prefix artifacts/speedscope --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

define target # program, framework
artifacts/targets/$(1)/$(2)/$(1): $$(wildcard tests/targets/$(1)/*.cs*) tests/targets/Directory.Build.props $$(BUILD_FILES)
	@scripts/setup.sh run
	dotnet publish tests/targets/$(1) -c Release -f $(2) --use-current-runtime --self-contained -p:RunAnalyzers=false -o $$(@D)
	@touch $$@
endef
$(foreach program,$(TARGET_PROGRAMS),$(foreach framework,$(TARGET_FRAMEWORKS),$(eval $(call target,$(program),$(framework)))))
# A program has one obj for both: two restores at once are in each other's way.
$(foreach program,$(TARGET_PROGRAMS),$(eval artifacts/targets/$(program)/net9.0/$(program): | artifacts/targets/$(program)/net8.0/$(program)))

.PHONY: image
image: ## container image (IMAGE=process-arsenal:dev); needs the network, for the base images
	@builder=$$(command -v podman || command -v buildah || command -v docker) \
		|| { echo "make image needs podman, buildah or docker" >&2; exit 1; }; \
	"$$builder" build -t $(IMAGE) --build-arg VERSION="$$(dotnet msbuild src/ProcessArsenal.Exporter -restore -t:MinVer -getProperty:MinVerVersion 2>/dev/null || echo 0.0.0-image)" .

.PHONY: image-check
image-check: publish ## the image on a stand-in for its base, built and run by podman: not root, read-only, as a sidecar (needs no network, but root)
	@scripts/setup.sh image
	@scripts/image.sh

.PHONY: dashboards
dashboards: ## dashboards/*.json, from dashboards/source
	@scripts/setup.sh run
	dotnet run -c Release --project dashboards/source -- dashboards

GRAFANA := artifacts/grafana/node_modules/.package-lock.json

.PHONY: grafana
grafana: $(GRAFANA) ## dashboards/*.json against Grafana's own types, by npm
	node tests/grafana/check.mjs $(dir $<) dashboards/*.json

$(GRAFANA): $(wildcard tests/grafana/package*.json)
	@scripts/setup.sh receiver
	@mkdir -p artifacts/grafana
	@cp $^ artifacts/grafana
	npm ci --prefix artifacts/grafana --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

MANIFESTS := artifacts/manifests/node_modules/.package-lock.json

.PHONY: manifests
manifests: $(MANIFESTS) ## deploy/ against the schemas of Kubernetes, Prometheus' operator and Compose, by npm
	node artifacts/manifests/check.mjs compose deploy/compose/compose.yml
	node artifacts/manifests/check.mjs kubernetes $(filter-out %/kustomization.yaml,$(wildcard deploy/kubernetes/*/*.yaml))

$(MANIFESTS): $(wildcard tests/manifests/*)
	@scripts/setup.sh receiver
	@mkdir -p artifacts/manifests
	@cp $^ artifacts/manifests
	npm ci --prefix artifacts/manifests --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

.PHONY: kit
kit: setup publish $(WORKLOAD) ## every query of dashboards and alerts in a real Prometheus, those too that have data only after minutes (KIT_MINUTES=7)
	KIT_MINUTES=$${KIT_MINUTES:-7} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release --filter-class '*KitQueriesTests' --output Detailed

.PHONY: steady
steady: setup publish $(WORKLOAD) ## an hour with 200 processes started and ended a second (STEADY_SECONDS=3600)
	STEADY_SECONDS=$${STEADY_SECONDS:-3600} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*SteadyStateTests' --show-live-output on

.PHONY: killed
killed: setup publish targets receiver ## the exporter killed and started again beside programs under load (KILLED_TIMES=20)
	KILLED_TIMES=$${KILLED_TIMES:-20} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*DotnetKilledTests' --output Detailed

.PHONY: scenes
scenes: setup publish targets ## what is said of services that leak and of one that does not, for twenty minutes (SCENE_MINUTES=20), and of a recorded quiet host
	SCENE_MINUTES=$${SCENE_MINUTES:-20} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*DotnetAnalysisTests' --output Detailed
	QUIET_EVERY=1 dotnet test --project tests/ProcessArsenal.Telemetry.Tests -c Release --filter-class '*QuietHostTests' --output Detailed

.PHONY: otlp-killed
otlp-killed: setup publish targets receiver ## the exporter killed while spans flow and their receiver comes and goes (OTLP_KILLED_TIMES=50)
	OTLP_KILLED_TIMES=$${OTLP_KILLED_TIMES:-50} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*OtlpKilledTests' --show-live-output on

.PHONY: short-lived
short-lived: setup publish $(WORKLOAD) ## 500 short processes at once and 2,000 in a minute, all counted, with their CPU time (SHORT_LIVED_SECONDS=60)
	SHORT_LIVED_SECONDS=$${SHORT_LIVED_SECONDS:-60} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*ShortLivedTests' --output Detailed

.PHONY: dotnet-starts
dotnet-starts: setup publish targets ## 600 .NET programs that begin and end beside two exporters, none of which hangs (START_ROUNDS=100)
	ARSENAL_START_ROUNDS=$${START_ROUNDS:-100} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*DotnetStartTests' --output Detailed

.PHONY: control-killed
control-killed: setup publish $(WORKLOAD) ## the exporter killed at random moments of actions (CONTROL_ACTIONS=500)
	CONTROL_ACTIONS=$${CONTROL_ACTIONS:-500} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*ControlKilledTests' --output Detailed

.PHONY: policy-histories
policy-histories: ## what holds of policies whatever happens, over random histories (POLICY_HISTORIES=100000)
	@scripts/setup.sh run
	POLICY_HISTORIES=$${POLICY_HISTORIES:-100000} dotnet test --project tests/ProcessArsenal.Control.Tests -c Release \
		--filter-class '*PolicyMachinePropertyTests' --output Detailed

.PHONY: story
story: setup publish targets receiver ## from a leak to a verified restart with a real Prometheus and two real Alertmanagers: one killed, both alone, us killed, a bad network; and the demo
	dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release --filter-class '*StoryTests' --filter-class '*DemoTests' --output Detailed

.PHONY: alert-storm
alert-storm: setup publish ## 10,000 alerts at once and 200 deliveries a second for a minute, that a policy acts on (ALERT_STORM_BURST=10000 ALERT_STORM_SECONDS=60)
	ALERT_STORM_BURST=$${ALERT_STORM_BURST:-10000} ALERT_STORM_SECONDS=$${ALERT_STORM_SECONDS:-60} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*AlertStormTests' --output Detailed

.PHONY: bench-control
bench-control: setup publish $(WORKLOAD) ## how soon a signal is there after the call, its intent on the disk (CONTROL_CALLS=1000)
	CONTROL_CALLS=$${CONTROL_CALLS:-1000} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*ControlLatencyTests' --output Detailed

.PHONY: otlp-outage
otlp-outage: setup publish targets receiver ## a receiver of spans down, slow, stopped, refusing, ... by gRPC and HTTP, each for OTLP_OUTAGE_SECONDS=120
	OTLP_OUTAGE_SECONDS=$${OTLP_OUTAGE_SECONDS:-120} dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release \
		--filter-class '*OtlpOutageTests' --output Detailed

.PHONY: fuzz
fuzz: ## the parsers against random and mutated input, for FUZZ_SECONDS each instead of a moment
	@scripts/setup.sh run
	FUZZ_SECONDS=$(FUZZ_SECONDS) dotnet test --project tests/ProcessArsenal.Procfs.Tests -c Release --filter-class '*FuzzTests' --output Detailed
	CsCheck_Time=$(FUZZ_SECONDS) dotnet test --project tests/ProcessArsenal.Telemetry.Tests -c Release \
		--filter-class '*BoundTests' --filter-class '*RoundTripTests' --filter-class '*PropertyTests' --filter-class '*CgroupNamesTests'
	CsCheck_Time=$(FUZZ_SECONDS) dotnet test --project tests/ProcessArsenal.Exporter.Tests -c Release --filter-class '*PropertyTests'

.PHONY: setup
setup: ## install what the tests need (Debian, as root); else say what is missing
	@scripts/setup.sh test
