package value

import (
	"strings"
	"testing"

	"github.com/weppos/publicsuffix-go/publicsuffix"
)

func TestRegistrable(t *testing.T) {
	for _, c := range []struct {
		host, want string
		multi      bool
	}{
		{"www.example.co.uk", "example.co.uk", false},
		{"example.org", "example.org", false},
		{"org", "org", false},
		{"co.uk", "co.uk", false},
		{"a.b.user.github.io", "user.github.io", true},
		{"github.io", "github.io", true},
		{"x.evil.duckdns.org", "evil.duckdns.org", true},
		{"x.blog.blogspot.com", "blog.blogspot.com", true},
		{"www.example.notatld", "example.notatld", false},
		{"notatld", "notatld", false},
		{"www.ck", "www.ck", false}, // !www.ck beside *.ck
		{"a.www.ck", "www.ck", false},
		{"a.b.c.ck", "b.c.ck", false},
		{"ck", "ck", false},
		{"www." + onionName + ".onion", onionName + ".onion", false},
		{"192.0.2.7", "192.0.2.7", false},
		{"[2001:db8::1]", "[2001:db8::1]", false},
		{"2001:db8::1", "2001:db8::1", false},
		{"", "", false},
	} {
		if got, multi := Registrable(c.host); got != c.want || multi != c.multi {
			t.Errorf("Registrable(%q) = %q, %v; want %q, %v", c.host, got, multi, c.want, c.multi)
		}
	}
}

// Every rule of the list is obeyed, as publicsuffix.org/list defines it: the
// longest rule that fits decides, and an exception beats it.
func TestRegistrableObeysEveryRule(t *testing.T) {
	rules := publicsuffix.DefaultRules()
	byName := map[string][]publicsuffix.Rule{}
	for _, r := range rules {
		byName[r.Value] = append(byName[r.Value], r)
	}
	for i := range rules {
		for _, prefix := range []string{"", "a.", "b.a.", "c.b.a."} {
			host := prefix + rules[i].Value
			want, multi := byDefinition(byName, host)
			if got, gotMulti := Registrable(host); got != want || gotMulti != multi {
				t.Fatalf("Registrable(%q) = %q, %v; the rules give %q, %v", host, got, gotMulti, want, multi)
			}
		}
	}
}

func byDefinition(rules map[string][]publicsuffix.Rule, host string) (string, bool) {
	labels := strings.Split(host, ".")
	size, private := 1, false
	for n := 1; n <= len(labels); n++ {
		for _, r := range rules[strings.Join(labels[len(labels)-n:], ".")] {
			switch {
			case r.Type == publicsuffix.ExceptionType:
				return strings.Join(labels[len(labels)-n:], "."), r.Private
			case r.Type == publicsuffix.WildcardType && len(labels) > n && n+1 > size:
				size, private = n+1, r.Private
			case r.Type == publicsuffix.NormalType && n >= size:
				size, private = n, r.Private
			}
		}
	}
	return strings.Join(labels[max(0, len(labels)-size-1):], "."), private
}
