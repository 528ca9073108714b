package rsit

import "strings"

// foreign gives the class of every type word that is no class word of ours:
// the rest of RSIT 1003, IntelMQ's own types, and the names that IntelMQ used
// before version 3. docs/classes.md says why where it is not plain.
var foreign = map[string]Class{
	// RSIT 1003
	"violence":                              HarmfulSpeech,
	"social-engineering":                    Other,
	"ids-alert":                             Exploit,
	"privileged-account-compromise":         AccountCompromise,
	"unprivileged-account-compromise":       AccountCompromise,
	"burglary":                              Other,
	"dos":                                   DDoS,
	"sabotage":                              Other,
	"unauthorised-information-access":       DataLeak,
	"unauthorised-information-modification": SystemCompromise,
	"data-loss":                             Other,
	"masquerade":                            Other,
	// IntelMQ
	"blacklist":                     Blocklist,
	"dga-domain":                    DGADomain,
	"malware":                       Other,
	"proxy":                         Other,
	"tor":                           DeviceID,
	"unauthorized-use-of-resources": UnauthorisedUse,
	// IntelMQ before 3.0
	"backdoor":                              SystemCompromise,
	"botnet-drone":                          InfectedSystem,
	"c&c":                                   C2Server,
	"c2server":                              C2Server,
	"compromised":                           SystemCompromise,
	"defacement":                            ApplicationCompromise,
	"dropzone":                              Other,
	"leak":                                  DataLeak,
	"ransomware":                            InfectedSystem,
	"unauthorized-command":                  ApplicationCompromise,
	"unauthorized-login":                    AccountCompromise,
	"unauthorized-information-access":       DataLeak,
	"unauthorized-information-modification": SystemCompromise,
	"unknown":                               Undetermined,
	"vulnerable-client":                     VulnerableSystem,
	"vulnerable-service":                    VulnerableSystem,
}

// FromIntelMQ gives the class for IntelMQ's classification.taxonomy and
// classification.type. The type decides; the taxonomy is only read when there
// is no type, and then only "other" says enough. A word that no table knows,
// and "test" (test data is never an observation), give false.
func FromIntelMQ(taxonomy, typ string) (Class, bool) {
	if c, ok := Parse(typ); ok { // most words are in form already
		return c, true
	}
	typ = fold(typ)
	if typ == "" && fold(taxonomy) == "other" {
		return Undetermined, true
	}
	if c, ok := Parse(typ); ok {
		return c, true
	}
	c, ok := foreign[typ]
	return c, ok
}

// FromTag gives the class of a machine tag such as rsit:vulnerable="weak-crypto"
// or rsit:malicious-code=c2-server, or of "malicious-code/c2-server".
func FromTag(tag string) (Class, bool) {
	rest, tagged := strings.CutPrefix(strings.TrimSpace(tag), "rsit:")
	sep := "/"
	if tagged {
		sep = "="
	}
	taxonomy, typ, ok := strings.Cut(rest, sep)
	if !ok {
		return None, false
	}
	return FromIntelMQ(taxonomy, strings.Trim(typ, `"`))
}

// fold brings a word to the form of the tables: lower case, dashes.
func fold(word string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	return strings.NewReplacer(" ", "-", "_", "-").Replace(word)
}
