package rsit

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryClassIsComplete(t *testing.T) {
	taxonomies := []string{"abusive-content", "malicious-code", "information-gathering", "intrusion-attempts",
		"intrusions", "availability", "information-content-security", "fraud", "vulnerable", "other"}
	severities := []string{"critical", "high", "medium", "low", "info"}
	titles := map[string]bool{}
	for _, c := range All() {
		if !slices.Contains(taxonomies, c.Taxonomy()) || !slices.Contains(severities, c.Severity()) || c.Title() == "" {
			t.Errorf("%v: taxonomy %q severity %q title %q", c, c.Taxonomy(), c.Severity(), c.Title())
		}
		if titles[c.Title()] {
			t.Errorf("%v: title %q twice", c, c.Title())
		}
		titles[c.Title()] = true
		if got, ok := Parse(c.String()); !ok || got != c {
			t.Errorf("Parse(%q) = %v", c, got)
		}
		if got, ok := FromIntelMQ(c.Taxonomy(), c.String()); !ok || got != c {
			t.Errorf("FromIntelMQ(%q) = %v", c, got)
		}
		if got, ok := FromTag(c.Tag()); !ok || got != c {
			t.Errorf("FromTag(%q) = %v", c.Tag(), got)
		}
	}
	if len(words) != len(All())+1 || len(meanings) != len(words) {
		t.Errorf("%d words, %d meanings, %d classes", len(words), len(meanings), len(All()))
	}
	if None.Taxonomy()+None.Title()+None.Severity()+None.Tag()+Class(200).Title() != "" {
		t.Error("no class says something")
	}
}

// The types of IntelMQ 3 and of RSIT 1003, complete.
const intelmqTypes = `application-compromise blacklist brute-force burglary c2-server copyright data-leak data-loss ddos
ddos-amplifier dga-domain dos exploit harmful-speech ids-alert infected-system information-disclosure malware
malware-configuration malware-distribution masquerade misconfiguration other outage phishing
potentially-unwanted-accessible privileged-account-compromise proxy sabotage scanner sniffing social-engineering spam
system-compromise tor unauthorised-information-access unauthorised-information-modification
unauthorized-use-of-resources unauthorised-use-of-resources undetermined unprivileged-account-compromise violence
vulnerable-system weak-crypto`

func TestIntelMQTypes(t *testing.T) {
	for _, typ := range strings.Fields(intelmqTypes) {
		if c, ok := FromIntelMQ("", typ); !ok || c == None {
			t.Errorf("%s: no class", typ)
		}
	}
	for word, want := range map[string]Class{
		"c&c": C2Server, "Botnet Drone": InfectedSystem, "ids alert": Exploit, "malware configuration": MalwareConfiguration,
		"Unauthorised-information-access": DataLeak, "blacklist": Blocklist, "dos": DDoS, "unknown": Undetermined,
	} {
		if c, ok := FromIntelMQ("", word); !ok || c != want {
			t.Errorf("%s: %v, want %v", word, c, want)
		}
	}
	for _, word := range []string{"", "test", "nonsense", "\x00"} {
		if c, ok := FromIntelMQ("malicious-code", word); ok || c != None {
			t.Errorf("%q: %v", word, c)
		}
	}
	for word := range foreign {
		if fold(word) != word {
			t.Errorf("%q is not in the tables' form", word)
		}
		if _, ok := Parse(word); ok && word != "dga-domain" {
			t.Errorf("%q is a class of ours already", word)
		}
	}
}

func TestTags(t *testing.T) {
	for tag, want := range map[string]Class{
		`rsit:vulnerable="weak-crypto"`:       WeakCrypto,
		`rsit:malicious-code=c2-server`:       C2Server,
		"malicious-code/c2-server":            C2Server,
		"other/blocklist":                     Blocklist,
		`rsit:fraud="masquerade"`:             Other,
		`rsit:intrusion-attempts="ids-alert"`: Exploit,
	} {
		if c, ok := FromTag(tag); !ok || c != want {
			t.Errorf("%s: %v, want %v", tag, c, want)
		}
	}
	for _, tag := range []string{"", "rsit:", "tlp:amber", "weak-crypto", `rsit:test="test"`} {
		if c, ok := FromTag(tag); ok {
			t.Errorf("%q: %v", tag, c)
		}
	}
}
