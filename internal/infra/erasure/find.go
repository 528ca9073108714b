package erasure

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"net/netip"
	"slices"
	"strings"

	"entente/internal/core/value"

	"golang.org/x/net/idna"
)

// form is one way to write an erased value, without saying it.
type form struct {
	size int
	weak uint32
	hash [16]byte
	kind value.Kind
}

// Marks are forms of erased values.
type Marks struct {
	book   *Book
	newest int64
	list   []form
}

// Empty tells whether nothing is marked.
func (m *Marks) Empty() bool { return m == nil || len(m.list) == 0 }

// Forms gives the ways to write a value that are looked for, in lower case, the
// canonical text first.
func Forms(v value.Value) []string {
	text := strings.ToLower(v.String())
	out := []string{text}
	add := func(s string) {
		if s = strings.ToLower(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(v.Defang())
	switch v.Kind() {
	case value.IPv6:
		add(v.Addr().StringExpanded())
	case value.Domain:
		if name, err := idna.ToUnicode(text); err == nil {
			add(name)
		}
	case value.URL:
		// The path of a bare host is written or left out.
		if bare, slash := strings.CutSuffix(text, "/"); slash && strings.Count(bare, "/") == 2 {
			add(bare)
			if u, err := value.ParseURL(bare); err == nil {
				add(strings.TrimSuffix(u.Defang(), "/"))
			}
		}
	}
	for _, s := range slices.Clone(out) {
		add(strings.ReplaceAll(s, "/", `\/`)) // as some write JSON
	}
	return out
}

// Finder looks for marks in texts. One goroutine uses it.
type Finder struct {
	book  *Book
	sizes []sized
	leads [1 << 10]uint64 // a bit for each lead
	short bool            // a form is too short to have one
	least int
	mac   hash.Hash
	sum   [sha256.Size]byte
	low   []byte
	edge  []bool
}

// sized are the forms of one length.
type sized struct {
	size  int
	forms []form
}

// Finder gives one that looks for all marks.
func (m *Marks) Finder() *Finder {
	f := &Finder{book: m.book, mac: hmac.New(sha256.New, m.book.secret)}
	for _, x := range m.list {
		i := slices.IndexFunc(f.sizes, func(s sized) bool { return s.size == x.size })
		if i < 0 {
			i = len(f.sizes)
			f.sizes = append(f.sizes, sized{size: x.size})
		}
		f.sizes[i].forms = append(f.sizes[i].forms, x)
		lead := x.weak >> 16
		f.leads[lead>>6] |= 1 << (lead & 63)
		f.short = f.short || x.size < leadSize
	}
	slices.SortFunc(f.sizes, func(a, b sized) int { return a.size - b.size })
	if len(f.sizes) > 0 {
		f.least = f.sizes[0].size
	}
	return f
}

// Longest gives the length of the longest form.
func (f *Finder) Longest() int {
	if len(f.sizes) == 0 {
		return 0
	}
	return f.sizes[len(f.sizes)-1].size
}

func (f *Finder) strong(kind value.Kind, text []byte) [16]byte {
	f.mac.Reset()
	f.mac.Write([]byte{byte(kind)})
	f.mac.Write(text)
	return [16]byte(f.mac.Sum(f.sum[:0])[:16])
}

// InAddr tells whether an address is marked.
func (f *Finder) InAddr(a netip.Addr) bool {
	if len(f.sizes) == 0 || !a.IsValid() {
		return false
	}
	var room [64]byte
	return f.In(a.Unmap().AppendTo(room[:0]))
}

// InText is In for a string.
func (f *Finder) InText(s string) bool { return len(s) >= f.least && f.In([]byte(s)) }

// In tells whether a text holds a marked value.
func (f *Finder) In(text []byte) bool {
	if len(f.sizes) == 0 || len(text) < f.least {
		return false
	}
	f.low = slices.Grow(f.low[:0], len(text))[:len(text)]
	t := f.low
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		t[i] = c
	}
	// A form begins and ends where no two letters or digits stand together.
	edge := slices.Grow(f.edge[:0], len(t)+1)[:len(t)+1]
	f.edge = edge
	inside := false
	for i, c := range t {
		w := word[c]
		edge[i] = !(inside && w)
		inside = w
	}
	edge[len(t)] = true
	for i := range t {
		if !edge[i] {
			continue
		}
		if lead := f.book.lead(t[i:]); !f.short && f.leads[lead>>6]&(1<<(lead&63)) == 0 {
			continue
		}
		for s := range f.sizes {
			j := i + f.sizes[s].size
			if j > len(t) {
				break
			}
			if !edge[j] {
				continue
			}
			if f.at(t, i, j, f.sizes[s].forms) {
				return true
			}
		}
	}
	return false
}

func (f *Finder) at(t []byte, i, j int, forms []form) bool {
	weak := f.book.weak(t[i:j])
	for k := range forms {
		x := &forms[k]
		if x.weak == weak && stands(x.kind, t, i, j) && f.strong(x.kind, t[i:j]) == x.hash {
			return true
		}
	}
	return false
}

// isWord tells whether a byte is a letter or a digit; one beyond ASCII is part of
// a letter.
func isWord(c byte) bool { return word[c] }

var word = func() (is [256]bool) {
	for c := range is {
		is[c] = 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= 0x80
	}
	return is
}()

// stands tells whether what is from i to j of a text in lower case is a value of
// that kind for itself, and no part of a longer one.
func stands(kind value.Kind, t []byte, i, j int) bool {
	at := func(n int) byte {
		if n < 0 || n >= len(t) {
			return ' '
		}
		return t[n]
	}
	before, after := at(i-1), at(j)
	switch kind {
	case value.IPv4:
		return !(before == '.' && isDigit(at(i-2))) && !(after == '.' && isDigit(at(j+1)))
	case value.IPv6:
		return before != ':' && !(after == ':' && isWord(at(j+1)))
	case value.Domain, value.Onion:
		return before != '-' && before != '_' && after != '-' && after != '_' && !(after == '.' && isWord(at(j+1)))
	case value.Email:
		return !strings.ContainsRune("-_.+%", rune(before)) && after != '-' && !(after == '.' && isWord(at(j+1)))
	case value.URL:
		return !isWord(after) && !strings.ContainsRune("-_~/?#@&=%+:\\", rune(after)) && !(after == '.' && isWord(at(j+1)))
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
