package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// place is a data folder and a geography file, for tests that bring their own
// input.
type place struct {
	data, geo string
	store     []string // flags
}

func newPlace(t *testing.T, store ...string) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{data: filepath.Join(dir, "data"), geo: filepath.Join(dir, "geo.csv"), store: store}
	good(t, os.Mkdir(p.data, 0o700))
	good(t, os.WriteFile(filepath.Join(p.data, "node.key"), []byte(nodeKey), 0o600))
	text := "prefix,country,asn,network\n198.18.0.0/16,CO,4200000001,Red Uno\n198.19.0.0/16,PH,4200000002,Network Two\n"
	good(t, os.WriteFile(p.geo, []byte(text), 0o600))
	return p
}

// nodeKey is the same for all places, so that their case ids can be compared.
const nodeKey = `entente node key 1
id: 00000000-0000-4000-8000-000000000001
name: test
key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
secret: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
`

func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// flags are those of every call.
func (p *place) flags(more ...string) []string {
	return append(append([]string{"--data", p.data, "--now", now, "--quiet"}, p.store...), more...)
}

// ingest runs an ingest to its end, whatever that is.
func (p *place) ingest(t *testing.T, args ...string) result {
	t.Helper()
	return entente(t, append(p.flags("--json", "ingest", "--geo", p.geo), args...)...)
}

// took is ingest, which must end with one of the codes for done.
func (p *place) took(t *testing.T, args ...string) account {
	t.Helper()
	r := p.ingest(t, args...)
	if r.code != 0 && r.code != 3 {
		t.Fatalf("ingest %v: exit %d\n%s", args, r.code, r.stderr)
	}
	return parseAccount(t, r.stdout)
}

// look reads cases and log.
func (p *place) look(t *testing.T) state { t.Helper(); return look(t, p.data, p.store...) }

// list are the words without which a list cannot be read.
func list(more ...string) []string {
	return append([]string{"--class", "c2-server", "--mode", "snapshot", "--as-of", "2026-11-20T00:00:00Z"}, more...)
}

// says fails unless a call ended with the code and told the person all of the
// texts, and a remedy where it failed.
func (r result) says(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit %d, want %d\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(r.stdout+r.stderr, text) {
			t.Errorf("nothing of %q in\n%s%s", text, r.stdout, r.stderr)
		}
	}
	if code != 0 && code != 130 && code != 4 && !strings.Contains(r.stdout+r.stderr, "→ ") && !strings.HasPrefix(r.stdout, "{") {
		t.Errorf("no remedy in\n%s%s", r.stdout, r.stderr)
	}
}

// addresses are n lines of a list, each another address.
func addresses(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "198.18.%d.%d\n", i/250, i%250+1)
	}
	return b.String()
}

// events are n IntelMQ events, each with another address.
func events(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"time.source":"2026-11-20T08:%02d:%02d+00:00","source.ip":"198.18.%d.%d","source.port":%d,"classification.type":"c2-server","malware.name":"Bot %x"}`+"\n",
			i/60%60, i%60, i/250, i%250+1, 1024+i, i*i*7919)
	}
	return b.String()
}

// table is a Shadowserver report of n rows.
func table(n int) string {
	var b strings.Builder
	b.WriteString(`"timestamp","severity","ip","protocol","port","hostname","tag","asn","geo"` + "\n")
	for i := range n {
		fmt.Fprintf(&b, "\"2026-11-20 08:%02d:%02d\",\"medium\",\"198.18.%d.%d\",\"tcp\",23,,\"telnet %x\",64496,\"CO\"\n", i/60%60, i%60, i/250, i%250+1, i*i*7919)
	}
	return b.String()
}
