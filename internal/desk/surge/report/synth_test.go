package report

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/infra/eventlog"
)

// synth is a Source of any size that holds nothing: case n belongs to owner
// n/perOwner, and to country n%countries.
type synth struct {
	owners, perOwner, countries int
	perCase                     int
	network                     func(n int) string
}

var synthClasses = []rsit.Class{rsit.C2Server, rsit.InfectedSystem, rsit.MalwareDistribution, rsit.Phishing, rsit.UnwantedAccessible, rsit.VulnerableSystem}

var synthCodes = strings.Fields(`AR BO BR CL CO CR CU DO EC GT HN HT JM MX NI PA PE PY SV TT UY VE
	DE FR ES IT PT NL BE AT PL CZ RO BG GR HU SE NO FI DK IE GB CH KE NG ZA EG MA TN DZ GH SN CI CM ET TZ UG
	ZM ZW RW IN ID MY PH TH VN JP KR`)

func (s *synth) total() int { return s.owners * s.perOwner }

func (s *synth) fill(c *Case, n int) {
	j := n % s.perOwner
	class := synthClasses[j*len(synthClasses)/s.perOwner]
	*c = Case{ID: fmt.Sprintf("%032x", n), Class: class, Family: "family" + strconv.Itoa(n%300), Kind: "ipv4",
		Value: netip.AddrFrom4([4]byte{198, byte(18 + n>>16&1), byte(n >> 8), byte(n)}).String(), Port: uint16(1 + n%9000), Transport: "tcp",
		Country: synthCodes[n%s.countries], ASN: uint32(64496 + n%200), Network: "Network number " + strconv.Itoa(n%200),
		Owner: s.owner(n / s.perOwner), Basis: "asn", State: "routed", Severity: "high", Label: "AMBER",
		First: 1_795_000_000_000_000 + int64(n)*1_000_000, Last: 1_795_500_000_000_000 + int64(n)*1_000_000,
		Count: int64(s.perCase), Sources: []string{"shadowserver/scan_telnet"}}
	switch class {
	case rsit.Phishing, rsit.MalwareDistribution:
		c.Kind, c.Value, c.Port, c.Transport = "url", "http://host"+strconv.Itoa(n)+".example.org/path/index.php?id="+strconv.Itoa(n), 0, ""
	}
	if s.network != nil {
		c.ASN, c.Network = uint32(n+1), s.network(n)
	}
}

func (s *synth) owner(i int) string { return fmt.Sprintf("owner-%06d", i) }

func (s *synth) Cases(_ context.Context, by Grouping) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		var c Case
		if by == ByOwner {
			for n := range s.total() {
				s.fill(&c, n)
				if !yield(&c, nil) {
					return
				}
			}
			return
		}
		codes := map[string]int{}
		for i := range s.countries {
			codes[synthCodes[i]] = i
		}
		for a := 'A'; a <= 'Z'; a++ {
			for b := 'A'; b <= 'Z'; b++ {
				i, ok := codes[string([]rune{a, b})]
				if !ok {
					continue
				}
				for k := range synthClasses {
					for n := i; n < s.total(); n += s.countries {
						if n%s.perOwner*len(synthClasses)/s.perOwner != k {
							continue
						}
						s.fill(&c, n)
						if !yield(&c, nil) {
							return
						}
					}
				}
			}
		}
	}
}

func (s *synth) Observations(context.Context) iter.Seq2[*eventlog.Row, error] {
	return func(yield func(*eventlog.Row, error) bool) {
		var c Case
		for round := range s.perCase {
			for i := range s.total() {
				n := int(uint64(i) * 7919 % uint64(s.total())) // as the log: owners mixed
				s.fill(&c, n)
				r := eventlog.Row{Batch: 1, Feed: c.Sources[0], Mode: "event", Observed: c.First + int64(round), Class: c.Class.String(),
					Said: "vulnerable/vulnerable-system", Family: c.Family, Kind: c.Kind, Value: c.Value, Port: c.Port, Transport: c.Transport,
					Country: c.Country, CountryBasis: "geo", ASN: c.ASN, Prefix: "198.18.0.0/15", Network: c.Network, ClaimedCountry: c.Country,
					ClaimedASN: c.ASN, Severity: "high", Outcome: "routed", Owner: c.Owner, OwnerBasis: "asn", Line: int64(n), Label: "AMBER",
					Details: []byte(`{"hostname":"host.example.org","tag":"telnet","naics":518210,"sector":"Communications","banner":"login:"}`)}
				if c.Kind == "ipv4" {
					r.Addr = netip.MustParseAddr(c.Value)
				}
				r.Case[15], r.Raw[0] = byte(n), 1
				if !yield(&r, nil) {
					return
				}
			}
		}
	}
}

func (s *synth) Owner(_ context.Context, id string) (Owner, error) {
	return Owner{ID: id, Name: "Organisation " + id, Kind: "company"}, nil
}

// highWater gives VmHWM in megabytes, 0 where the system does not tell.
func highWater() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkWrite is the bar of the report: 200 owners over a million cases,
// each written for its country and for its owner. Run it with -benchtime 1x.
func BenchmarkWrite(b *testing.B) {
	src := &synth{owners: 200, perOwner: 5000, countries: 68, perCase: 1}
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "out")
		runtime.GC()
		start := time.Now()
		n := write(b, src, sampleOptions(dir))
		b.ReportMetric(time.Since(start).Seconds(), "s")
		b.ReportMetric(float64(n.Bytes)/1e6, "MB-written")
		b.ReportMetric(highWater(), "MB-peak")
		b.StopTimer()
		_ = os.RemoveAll(dir)
		b.StartTimer()
	}
}
