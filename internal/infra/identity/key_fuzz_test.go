package identity

import (
	"strings"
	"testing"

	"entente/internal/core/fault"
)

// FuzzParseKey: a node.key is read, or refused without a word of its secret.
func FuzzParseKey(f *testing.F) {
	const key = "entente node key 1\nid: 00000000-0000-4000-8000-000000000001\nname: n\nkey: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nsecret: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	f.Add([]byte(key))
	f.Add([]byte(strings.Replace(key, "AAA=", "AAB=", 1)))
	f.Add([]byte("entente node key 2\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := parseKey(text)
		switch {
		case err != nil && (!fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "" || len(text) > 40 && strings.Contains(err.Error(), string(text))):
			t.Errorf("%v", err)
		case err == nil && (len(n.key) == 0 || n.Name == "" || strings.Contains(n.String(), string(n.Secret[:]))):
			t.Errorf("%q is no node", text)
		}
	})
}
