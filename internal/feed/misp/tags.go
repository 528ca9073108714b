package misp

import (
	"regexp"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/feed/flatjson"
)

// markings reads a list of tags.
func markings(raw []byte) (m marks) {
	list, err := flatjson.List(raw, nil)
	if err != nil {
		return m
	}
	var names []string
	for _, t := range list {
		if name := tagName(t); name != "" {
			names = append(names, name)
		}
	}
	m.class, m.said = classOf(names)
	m.family = familyOf(names)
	for _, name := range names {
		if low := strings.ToLower(name); strings.HasPrefix(low, "tlp:") {
			m.label = sharing.StrictestTLP(m.label, low)
		}
	}
	return m
}

// tagName gives the name of a tag, written as an object or as text.
func tagName(raw []byte) string {
	if len(raw) > 0 && raw[0] == '"' {
		return strings.TrimSpace(flatjson.Text(raw))
	}
	fields, err := flatjson.Object(raw, nil)
	if err != nil {
		return ""
	}
	for i := range fields {
		if string(fields[i].Key) == "name" {
			return strings.TrimSpace(string(fields[i].Text()))
		}
	}
	return ""
}

// taxonomies that say what a value did, the one that decides first.
var taxonomies = []struct {
	prefix string
	class  func(rest string) rsit.Class
}{
	{"rsit:", func(s string) rsit.Class { c, _ := rsit.FromTag("rsit:" + s); return c }},
	{"ecsirt:", ecsirt},
	{"europol-event:", func(s string) rsit.Class { return europol[strings.Trim(s, `"`)] }},
	{"circl:incident-classification=", func(s string) rsit.Class { return circl[strings.Trim(s, `"`)] }},
	{"kill-chain:", func(s string) rsit.Class {
		return killChain[strings.NewReplacer(" ", "-", "_", "-", `"`, "").Replace(s)]
	}},
}

// classOf gives the class that tags say, and the tag. Two tags of one taxonomy
// that say different things say nothing: which value they are about is not known.
func classOf(names []string) (rsit.Class, string) {
	for _, t := range taxonomies {
		var found rsit.Class
		said, torn := "", false
		for _, name := range names {
			if len(name) <= len(t.prefix) || !strings.EqualFold(name[:len(t.prefix)], t.prefix) {
				continue
			}
			c := t.class(strings.ToLower(name[len(t.prefix):]))
			torn = torn || c != 0 && found != 0 && c != found
			if c != 0 && found == 0 {
				found, said = c, name
			}
		}
		if found != 0 && !torn {
			return found, said
		}
	}
	return 0, ""
}

// ecsirt reads the older taxonomy that RSIT came from.
func ecsirt(s string) rsit.Class {
	predicate, word, _ := strings.Cut(s, "=")
	word = strings.Trim(word, `"`)
	if word == "bot" {
		return rsit.InfectedSystem
	}
	c, _ := rsit.FromIntelMQ(predicate, word)
	return c
}

// europol gives the classes of Europol's types of events. Those that name what
// was done to a victim's data, not by what, say nothing about a value.
var europol = map[string]rsit.Class{
	"infected-by-known-malware": rsit.InfectedSystem, "worm-spreading": rsit.InfectedSystem,
	"connection-malware-port": rsit.InfectedSystem, "connection-malware-system": rsit.InfectedSystem,
	"dissemination-malware-email": rsit.Spam, "dissemination-phishing-emails": rsit.Spam, "email-flooding": rsit.Spam, "spam": rsit.Spam,
	"hosting-malware-webpage": rsit.MalwareDistribution, "c&c-server-hosting": rsit.C2Server,
	"flood": rsit.DDoS, "packet-flood": rsit.DDoS, "exploit-tool-exhausting-resources": rsit.DDoS, "exploit-framework-exhausting-resources": rsit.DDoS,
	"system-probe": rsit.Scanner, "network-scanning": rsit.Scanner, "dns-zone-transfer": rsit.Scanner, "wiretapping": rsit.Sniffing,
	"hosting-phishing-sites": rsit.Phishing, "aggregation-information-phishing-schemes": rsit.Phishing,
	"exploit-attempt": rsit.Exploit, "sql-injection-attempt": rsit.Exploit, "xss-attempt": rsit.Exploit, "file-inclusion-attempt": rsit.Exploit,
	"brute-force-attempt": rsit.BruteForce, "password-cracking-attempt": rsit.BruteForce, "dictionary-attack-attempt": rsit.BruteForce,
	"illegitimate-use-resources": rsit.UnauthorisedUse, "illegitimate-use-name": rsit.Other,
	"copyrighted-content": rsit.Copyright, "content-forbidden-by-law": rsit.HarmfulSpeech,
	"unspecified": rsit.Other, "undetermined": rsit.Undetermined,
}

var circl = map[string]rsit.Class{
	"spam": rsit.Spam, "system-compromise": rsit.SystemCompromise, "scan": rsit.Scanner, "denial-of-service": rsit.DDoS,
	"copyright-issue": rsit.Copyright, "phishing": rsit.Phishing, "vulnerability": rsit.VulnerableSystem,
	"information-leak": rsit.DataLeak, "malware": rsit.Other, "scam": rsit.Other,
}

var killChain = map[string]rsit.Class{
	"reconnaissance": rsit.Scanner, "delivery": rsit.MalwareDistribution, "command-and-control": rsit.C2Server,
}

// families are the galaxies whose clusters are malware.
var families = map[string]bool{"malware": true, "mitre-malware": true, "mitre-enterprise-attack-malware": true, "mitre-mobile-attack-malware": true,
	"malpedia": true, "ransomware": true, "botnet": true, "banker": true, "stealer": true, "rat": true, "backdoor": true, "cryptominers": true,
	"android": true, "exploit-kit": true, "tool": true, "tds": true}

// attackID is what MITRE's galaxies write after a name.
var attackID = regexp.MustCompile(` - s\d{4}$`)

// familyOf gives the one malware family that tags name. Several name none: which
// value belongs to which is not said.
func familyOf(names []string) string {
	family := ""
	for _, name := range names {
		rest, ok := strings.CutPrefix(strings.ToLower(name), "misp-galaxy:")
		galaxy, cluster, _ := strings.Cut(rest, "=")
		if !ok || !families[galaxy] {
			continue
		}
		cluster = attackID.ReplaceAllString(strings.Trim(cluster, `"`), "")
		switch {
		case family == "":
			family = cluster
		case family != cluster:
			return ""
		}
	}
	return family
}
