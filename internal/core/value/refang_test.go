package value

import "testing"

func TestRefang(t *testing.T) {
	for in, want := range map[string]string{
		"hxxps[://]evil[.]example/a.php": "https://evil.example/a.php",
		"hXXp://evil[.]example":          "http://evil.example",
		"HXXPS://evil.example":           "httpS://evil.example",
		"h**p://evil(.)example":          "http://evil.example",
		"hxxp[:]//evil{.}example":        "http://evil.example",
		"hxxp:[//]evil.example":          "http://evil.example",
		"http[:]//evil[dot]example":      "http://evil.example",
		"fxp://evil[ . ]example":         "ftp://evil.example",
		"evil(dot)example":               "evil.example",
		"evil[DOT]example":               "evil.example",
		"evil[ dot ]example":             "evil.example",
		"user[@]evil[.]example":          "user@evil.example",
		"user(at)evil[dot]example":       "user@evil.example",
		"192[.]0[.]2[.]7":                "192.0.2.7",
		"192[.]0[.]2[.]0[/]24":           "192.0.2.0/24",
		"2001[:]db8[:][:]1":              "2001:db8::1",
		"hxxp is a word":                 "hxxp is a word",
		"hxxp.example.org":               "hxxp.example.org",
		"http://example.org/hxxp://x":    "http://example.org/hxxp://x",
		"a[1] (b) {c} [":                 "a[1] (b) {c} [",
		"a[[]b[(]dot)c":                  "a[b(dot)c",
		"":                               "",
	} {
		if got := Refang(in); got != want {
			t.Errorf("Refang(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDefang(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		in, want string
	}{
		{URL, "https://evil.example/", "hxxps[://]evil[.]example/"},
		{URL, "http://u@evil.example:81/a.b(dot)c", "hxxp[://]u[@]evil[.]example:81/a.b[(]dot)c"},
		{URL, "ftp://[2001:db8::1]/", "fxp[://][2001[:]db8[:][:]1]/"},
		{URL, "tcp://192.0.2.7:4444", "tcp[://]192[.]0[.]2[.]7:4444"},
		{IPv4, "192.0.2.7", "192[.]0[.]2[.]7"},
		{IPv6, "2001:db8::1", "2001[:]db8[:][:]1"},
		{CIDR, "192.0.2.0/24", "192[.]0[.]2[.]0/24"},
		{Domain, "evil.example", "evil[.]example"},
		{Email, "a.user@evil.example", "a.user[@]evil[.]example"},
		{Onion, onionName + ".onion", onionName + "[.]onion"},
		{FileName, "evil.exe", "evil.exe"},
		{FileName, "evil[.]exe", "evil[[].]exe"},
		{ASN, "AS64496", "AS64496"},
		{CVE, "CVE-2024-12345", "CVE-2024-12345"},
	} {
		if got := mustParse(t, c.kind, c.in).Defang(); got != c.want {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}
