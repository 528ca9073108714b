// Package rsit owns the classes of the Reference Security Incident Taxonomy
// that Entente works with, and what each class means for a case. It imports
// nothing of Entente.
package rsit

// Class is a type of the taxonomy. The numbers are stored: never reorder them.
type Class uint8

// The classes, by RSIT classification type (RSIT 1003 machine tags), with the
// two additions that feeds need: device-id (a plain inventory statement) and
// blocklist ("other/blocklist").
const (
	None                  Class = 0
	InfectedSystem        Class = 1
	C2Server              Class = 2
	MalwareDistribution   Class = 3
	MalwareConfiguration  Class = 4
	DGADomain             Class = 5
	Phishing              Class = 6
	SystemCompromise      Class = 7
	AccountCompromise     Class = 8
	BruteForce            Class = 9
	Exploit               Class = 10
	Scanner               Class = 11
	DDoS                  Class = 12
	VulnerableSystem      Class = 13
	DDoSAmplifier         Class = 14
	UnwantedAccessible    Class = 15 // potentially-unwanted-accessible
	InformationDisclosure Class = 16
	WeakCrypto            Class = 17
	Blocklist             Class = 18 // context, never a case
	DeviceID              Class = 19 // context, never a case
	Spam                  Class = 20
	Other                 Class = 21
	Undetermined          Class = 22
	DataLeak              Class = 23
	ApplicationCompromise Class = 24
	Sniffing              Class = 25
	Misconfiguration      Class = 26
	Outage                Class = 27
	UnauthorisedUse       Class = 28
	Copyright             Class = 29
	HarmfulSpeech         Class = 30
	lastClass                   = HarmfulSpeech
)

var words = [...]string{
	"", "infected-system", "c2-server", "malware-distribution", "malware-configuration",
	"malware-dga-domain", "phishing", "system-compromise", "account-compromise", "brute-force",
	"exploit", "scanner", "ddos", "vulnerable-system", "ddos-amplifier",
	"potentially-unwanted-accessible", "information-disclosure", "weak-crypto", "blocklist",
	"device-id", "spam", "other", "undetermined", "data-leak", "application-compromise",
	"sniffing", "misconfiguration", "outage", "unauthorised-use-of-resources", "copyright",
	"harmful-speech",
}

// String gives the class's word, as files, pages and JSON show it.
func (c Class) String() string {
	if int(c) < len(words) {
		return words[c]
	}
	return "unknown"
}

// Parse finds a class by its word; dga-domain, the name IntelMQ uses, is an
// alias of malware-dga-domain.
func Parse(word string) (Class, bool) {
	if word == "dga-domain" {
		return DGADomain, true
	}
	for i, w := range words {
		if i > 0 && w == word {
			return Class(i), true
		}
	}
	return None, false
}

// All lists every class, in stored order.
func All() []Class {
	out := make([]Class, 0, lastClass)
	for c := Class(1); c <= lastClass; c++ {
		out = append(out, c)
	}
	return out
}

// Context tells whether observations of c are logged but never open a case.
func (c Class) Context() bool { return c == Blocklist || c == DeviceID }

// Victim tells whether c says that the named system suffers from a crime or a
// weakness, rather than serving one. Warning lists never suppress such a class.
func (c Class) Victim() bool {
	switch c {
	case InfectedSystem, SystemCompromise, AccountCompromise, VulnerableSystem, DDoSAmplifier,
		UnwantedAccessible, InformationDisclosure, WeakCrypto, DataLeak, ApplicationCompromise,
		Misconfiguration:
		return true
	}
	return false
}

// KeyRule is the rule by which observations of a class fall into one case.
type KeyRule uint8

const (
	// ByService: one case per value, port and family.
	ByService KeyRule = iota
	// ByURL: one case per registrable domain (or host address) and family; under
	// a multi-tenant suffix one case per full URL.
	ByURL
	// ByNetwork: one case per network of the owner and family, hosts inside.
	ByNetwork
)

// Rule gives the key rule of c (version 1 of the rules).
func (c Class) Rule() KeyRule {
	switch c {
	case InfectedSystem, BruteForce, Scanner, DDoS, Exploit, Spam:
		return ByNetwork
	case MalwareDistribution, Phishing, SystemCompromise, ApplicationCompromise, HarmfulSpeech, Copyright:
		return ByURL
	}
	return ByService
}
