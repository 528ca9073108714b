# Entente: make run · make test · make bench · make check
SHELL   := /bin/bash
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN     := bin/entente
GEO     := var/geo
export CGO_ENABLED := 0

.PHONY: run test bench build check geo sample mutate clean generate

build: $(BIN)

$(BIN): $(shell find cmd internal -name '*.go' -o -name '*.sql' -o -name '*.css' -o -name '*.yaml' -o -name '*.csv' -o -name '*.txt' | grep -v testdata) go.mod
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(BIN) ./cmd/entente

# Network data (country and ASN of every address), pinned, by npm.
geo: $(GEO)/geography.json
$(GEO)/geography.json: | $(BIN)
	scripts/geo.sh $(BIN) $(GEO)

# The main job on sample data: synthetic feeds, a surge over them, a report for
# every country. Rows are rejected on purpose, so exit code 3 is well.
run: build geo
	@scripts/run.sh $(BIN) $(GEO)

test: build
	@scripts/test.sh

bench: build
	@scripts/bench.sh $(BIN) $(GEO)

check:
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	@test -z "$$(gofmt -l cmd internal test)" || { echo "not gofmt-ed:"; gofmt -l cmd internal test; exit 1; }

# Each patch under test/mutations breaks a promise; a test must notice each one.
mutate:
	@scripts/mutate.sh

generate:
	$(GO) tool templ generate

clean:
	rm -rf bin var
