package judge

import (
	"testing"

	"entente/internal/core/fault"
)

// FuzzParseHolds: a file of hold rules gives rules that can be kept, or an error
// that says what to do.
func FuzzParseHolds(f *testing.F) {
	f.Add([]byte("holds:\n  - prefix: 192.0.2.0/24\n    reason: arrests planned\n    author: Unit 3\n    end: 2026-12-01T00:00:00Z\n"))
	f.Add([]byte("holds:\n  - {domain: evil.example.org, class: c2-server, country: CO, reason: r, author: a}\n"))
	f.Add([]byte("holds: &a [*a]\n"))
	f.Add([]byte("hold: []\n"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := ParseHolds("holds.yaml", text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.RemedyOf(err) == "" {
				t.Errorf("%q: %v, remedy %q", text, err, fault.RemedyOf(err))
			}
			return
		}
		for _, h := range list {
			if err := h.Check(); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
