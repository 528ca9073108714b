package judge

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gaissmai/bart"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
)

// HoldID numbers the hold rules of a node, from 1.
type HoldID int64

// Hold is a rule that keeps cases back: no report and no owner sees them while
// it is in force, so that an investigation is not given away. It fits when all
// of Value, Prefix, Domain, Class and Country that are set do.
type Hold struct {
	ID      HoldID
	Value   value.Value
	Prefix  netip.Prefix
	Domain  string // canonical; itself and all names below
	Class   rsit.Class
	Country string // the located country

	Reason string
	Author string
	Start  time.Time // zero: always
	End    time.Time // the first moment it is no longer in force; zero: until lifted

	Lifted     time.Time // zero: not lifted
	LiftedBy   string
	LiftReason string
}

// Check tells whether the rule can be kept.
func (h *Hold) Check() error {
	bad := func(text, remedy string) error { return fault.New(fault.Invalid, text, remedy) }
	switch {
	case h.Value.IsZero() && !h.Prefix.IsValid() && h.Domain == "" && h.Class == rsit.None && h.Country == "":
		return bad("a hold rule must name a value, prefix, domain, class or country", "name at least one; a rule without would hold everything")
	case strings.TrimSpace(h.Reason) == "":
		return bad("a hold rule needs a reason", "say why cases are kept back")
	case strings.TrimSpace(h.Author) == "":
		return bad("a hold rule needs an author", "say who answers for it")
	case h.Country != "" && !country.Valid(h.Country):
		return bad(fmt.Sprintf("%q is no country of ISO 3166", h.Country), "give the two letters, such as CO")
	case !h.End.IsZero() && !h.End.After(h.Start):
		return bad("a hold rule must end after it starts", "give a later end")
	case h.Prefix.IsValid() && h.Prefix != h.Prefix.Masked():
		return bad(h.Prefix.String()+" has host bits", "give "+h.Prefix.Masked().String())
	}
	if h.Domain != "" {
		if d, err := value.ParseSuffix(h.Domain); err != nil || d != h.Domain {
			return bad(fmt.Sprintf("%q is no domain in canonical form", h.Domain), "give it in lower case, without a dot at either end")
		}
	}
	return nil
}

// InForce tells whether the rule holds at a moment.
func (h *Hold) InForce(now time.Time) bool {
	return !now.Before(h.Start) && (h.End.IsZero() || now.Before(h.End)) && (h.Lifted.IsZero() || now.Before(h.Lifted))
}

// fits tells whether all that the rule names fits.
func (h *Hold) fits(o *feed.Observation, host value.Value, addr netip.Addr, code string) bool {
	return (h.Value.IsZero() || h.Value == o.Value) &&
		(!h.Prefix.IsValid() || addr.IsValid() && h.Prefix.Contains(addr)) &&
		(h.Domain == "" || host.Kind() == value.Domain && under(host.String(), h.Domain)) &&
		(h.Class == rsit.None || h.Class == o.Class) &&
		(h.Country == "" || h.Country == code)
}

// under tells whether name is domain or lies below it.
func under(name, domain string) bool {
	return strings.HasSuffix(name, domain) && (len(name) == len(domain) || name[len(name)-len(domain)-1] == '.')
}

// holds finds the rules that may fit without trying all.
type holds struct {
	list    []Hold
	reasons []string
	values  map[value.Value][]int
	domains map[string][]int
	nets    *bart.Table[[]int] // each network with the rules of those around it
	hasNets bool
	others  []int // by class or country alone
}

// newHolds makes the index. A rule goes by the most telling thing that it names.
func newHolds(list []Hold) (*holds, error) {
	own := &bart.Table[[]int]{}
	s := &holds{list: list, nets: &bart.Table[[]int]{}, values: map[value.Value][]int{}, domains: map[string][]int{}}
	for i := range list {
		h := &list[i]
		if err := h.Check(); err != nil {
			return nil, fmt.Errorf("hold rule %d: %w", h.ID, err)
		}
		s.reasons = append(s.reasons, ReasonHold+strconv.FormatInt(int64(h.ID), 10))
		switch {
		case !h.Value.IsZero():
			s.values[h.Value] = append(s.values[h.Value], i)
		case h.Prefix.IsValid():
			s.hasNets = true
			same, _ := own.Get(h.Prefix)
			own.Insert(h.Prefix, append(same, i))
		case h.Domain != "":
			s.domains[h.Domain] = append(s.domains[h.Domain], i)
		default:
			s.others = append(s.others, i)
		}
	}
	for p := range own.All() {
		var around []int
		for _, list := range own.Supernets(p) {
			around = append(around, list...)
		}
		s.nets.Insert(p, around)
	}
	return s, nil
}

// find gives the reason of the first rule in force that fits, by its place in
// the list, "" if there is none.
func (s *holds) find(o *feed.Observation, host value.Value, addr netip.Addr, code string, now time.Time) string {
	addr = addr.Unmap().WithZone("")
	best := len(s.list)
	s.candidates(o, host, addr, func(list []int) {
		for _, i := range list {
			if i < best && s.list[i].InForce(now) && s.list[i].fits(o, host, addr, code) {
				best = i
			}
		}
	})
	if best == len(s.list) {
		return ""
	}
	return s.reasons[best]
}

// candidates gives try the rules that may fit, each once.
func (s *holds) candidates(o *feed.Observation, host value.Value, addr netip.Addr, try func([]int)) {
	if len(s.values) > 0 {
		try(s.values[o.Value])
	}
	if s.hasNets && addr.IsValid() {
		if list, ok := s.nets.Lookup(addr); ok {
			try(list)
		}
	}
	if len(s.domains) > 0 && host.Kind() == value.Domain {
		for name := host.String(); ; {
			try(s.domains[name])
			i := strings.IndexByte(name, '.')
			if i < 0 {
				break
			}
			name = name[i+1:]
		}
	}
	try(s.others)
}
