package eventlog

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
)

// synth makes rows as a Shadowserver report of some 350 bytes a row gives them:
// addresses all over a country's networks, one case for three rows, details of
// about 150 bytes in which few columns vary.
type synth struct {
	r    *rand.Rand
	nets []network
	raw  [32]byte
	day  int64
}

type network struct {
	prefix  netip.Prefix
	country string
	name    string
	asn     uint32
	owner   string
}

const dayMicros = 24 * 3600 * 1_000_000

func newSynth(seed uint64) *synth {
	s := &synth{r: rand.New(rand.NewPCG(seed, 1)), raw: sha256.Sum256([]byte{byte(seed)}), day: 20_400 * dayMicros}
	countries := []string{"PE", "BR", "AR", "CL", "CO", "MX", "EC", "UY"}
	for i := range 200 {
		a := netip.AddrFrom4([4]byte{198, 18, byte(i), 0})
		s.nets = append(s.nets, network{netip.PrefixFrom(a, 24), countries[i%8], fmt.Sprintf("Example Network %d S.A.", i), uint32(64512 + i), fmt.Sprintf("org-%04d", i%90)})
	}
	return s
}

func (s *synth) row(batch, line int64) Row {
	r := s.r
	n := s.nets[r.IntN(len(s.nets))]
	b := n.prefix.Addr().As4()
	// Spread over 2 million addresses, as a country's are.
	b[0], b[3] = byte(1+r.IntN(200)), byte(r.IntN(256))
	b[1] = byte(r.IntN(40))
	a := netip.AddrFrom4(b)
	sec := int64(r.IntN(86400))
	family := []string{"telnet", "rdp", "smb", "vnc", "andromeda", "mirai"}[r.IntN(6)]
	row := Row{
		Batch: batch, Feed: "shadowserver/scan_" + family, Mode: "event", Observed: s.day + sec*1_000_000,
		Class: "potentially-unwanted-accessible", Said: "vulnerable/vulnerable-system", Family: family,
		Kind: "ipv4", Value: a.String(), Addr: a, Port: []uint16{23, 3389, 445, 5900, 2323, 8080}[r.IntN(6)], Transport: "tcp",
		Country: n.country, CountryBasis: "geo", ASN: n.asn, Prefix: n.prefix.String(), Network: n.name,
		ClaimedCountry: n.country, ClaimedASN: n.asn, Severity: "medium", Outcome: "routed", Owner: n.owner, OwnerBasis: "asn",
		Raw: s.raw, Line: line, Label: "AMBER",
	}
	binary.LittleEndian.PutUint64(row.Case[:], r.Uint64()%(1<<22)*0x9E3779B97F4A7C15)
	c := sha256.Sum256(row.Case[:8])
	copy(row.Case[:], c[:])
	row.Details = fmt.Appendf(nil, `{"region":"REGION %d","city":"CITY %d","hostname":"host-%d-%d.example.org","naics":"517111","sector":"Communications","tag":"%s","banner":"login%d"}`,
		r.IntN(20), r.IntN(200), b[2], b[3], family, r.IntN(50))
	return row
}

func (s *synth) rows(batch int64, n int) []Row {
	out := make([]Row, n)
	for i := range out {
		out[i] = s.row(batch, int64(i)+2)
	}
	return out
}
