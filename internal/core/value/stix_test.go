package value

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"
)

// The first two ids are those of examples in STIX 2.1 with Errata 01 (sections
// 2.9 and 6); the others are published by several independent implementations.
func TestSTIXKnownIDs(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		text, id string
	}{
		{IPv4, "198.51.100.3", "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
		{Domain, "example.com", "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7"},
		{Domain, "control.example.com", "domain-name--427e3664-0043-5865-b454-97df26649bde"},
		{IPv4, "198.51.100.8", "ipv4-addr--6c83081b-13af-5e30-ba30-6f401772a083"},
		{IPv6, "2001:db8::1", "ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26"},
		{ASN, "AS15139", "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff"},
	} {
		if id, ok := mustParse(t, c.kind, c.text).STIXID(); !ok || id != c.id {
			t.Errorf("%s: %s, want %s", c.text, id, c.id)
		}
	}
}

// Every id is UUIDv5 over what a general implementation of RFC 8785 makes of
// the contributing properties.
func TestSTIXIDsAreOverCanonicalJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t)
		kind, ok := v.STIXType()
		id, has := v.STIXID()
		if ok != has {
			t.Fatalf("%s: type %v, id %v", v.Kind(), ok, has)
		}
		if !ok {
			return
		}
		props := map[string]any{"value": v.String()}
		switch v.Kind() {
		case ASN:
			props = map[string]any{"number": v.ASN()}
		case MD5:
			props = map[string]any{"hashes": map[string]string{"MD5": v.String()}}
		case SHA1:
			props = map[string]any{"hashes": map[string]string{"SHA-1": v.String()}}
		case SHA256:
			props = map[string]any{"hashes": map[string]string{"SHA-256": v.String()}}
		case SHA512:
			props = map[string]any{"hashes": map[string]string{"SHA-512": v.String()}}
		case FileName:
			props = map[string]any{"name": v.String()}
		}
		raw, err := json.Marshal(props)
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := jcs.Transform(raw)
		if err != nil {
			t.Fatal(err)
		}
		if want := kind + "--" + uuid.NewSHA1(stixNamespace, canonical).String(); id != want {
			t.Fatalf("%s %q: %s, want %s", v.Kind(), v, id, want)
		}
	})
}

func TestKindsWithoutSTIXObject(t *testing.T) {
	for _, v := range []Value{{}, mustParse(t, CVE, "CVE-2024-12345"), mustParse(t, Bitcoin, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")} {
		if id, ok := v.STIXID(); ok {
			t.Errorf("%s has %s", v.Kind(), id)
		}
	}
}
