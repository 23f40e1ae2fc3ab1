# make            what there is to make
# make run        the demo in a browser, with everything it needs
# make test       every test, with everything it needs
.DEFAULT_GOAL := help
SHELL := /bin/bash
PACKAGES := postgresql tesseract-ocr tesseract-ocr-rus tesseract-ocr-ukr tesseract-ocr-eng libtesseract-dev libleptonica-dev gcc g++ pkg-config
export CGO_ENABLED := 1

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: deps
deps: ## Install the Debian packages that are missing
	@missing=; for p in $(PACKAGES); do dpkg -s $$p 2>/dev/null | grep -q '^Status: install ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		echo "Installing:$$missing"; \
		if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
		$$sudo mkdir -p /etc/postgresql-common && { [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' | $$sudo tee /etc/postgresql-common/createcluster.conf >/dev/null; }; \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $$missing >/dev/null; \
	fi

.PHONY: build
build: deps ## Build bin/kopilka
	go build -o bin/kopilka ./cmd/kopilka

.PHONY: run
run: build ## Show the whole product at http://localhost:8080
	./bin/kopilka --log-level=warn demo

.PHONY: test
test: deps ## Run every test on a throw-away PostgreSQL, without a network
	go vet ./...
	go test ./...

.PHONY: check
check: deps ## What the tests do not see: formatting, tidy modules, races
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go mod tidy -diff
	go vet ./...
	go test -race ./...

.PHONY: bench
bench: bench-ledger bench-receipts bench-ocr ## Print every benchmark

.PHONY: bench-ledger
bench-ledger: deps ## Accruals and redemptions beside pgbench's TPC-B; the last line is JSON
	go run ./internal/bench/ledger

.PHONY: bench-receipts
bench-receipts: deps ## Decode rate and CPU time of DATA=manifest.jsonl, or of drawn receipts
	@$(call pictures,qr) && go run ./internal/bench/receipts -data "$$data"

.PHONY: bench-ocr
bench-ocr: deps ## The same for the print of receipts without a QR code
	@$(call pictures,print) && go run ./internal/bench/ocr -data "$$data"

# pictures sets $$data to the manifest that DATA names, or to that of freshly drawn ones.
define pictures
data="$(DATA)"; if [ -z "$$data" ]; then dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; go run ./internal/bench/draw "$$dir" && data="$$dir/$(1).jsonl"; fi
endef

.PHONY: update
update: ## Rewrite the transcripts from what the bot and the API say
	go test ./bot ./webhooks -update
