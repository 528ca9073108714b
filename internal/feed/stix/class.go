package stix

import (
	"strings"

	"entente/internal/core/rsit"
)

// labels gives the classes of words that producers put into labels and
// indicator_types. The open vocabulary of STIX says of most indicators only
// that they are malicious, which is no class.
var labels = map[string]rsit.Class{
	"compromised": rsit.SystemCompromise, "anonymization": rsit.DeviceID, "tor": rsit.DeviceID, "tor-exit": rsit.DeviceID,
	"c2": rsit.C2Server, "c&c": rsit.C2Server, "cc": rsit.C2Server, "cnc": rsit.C2Server, "c2server": rsit.C2Server,
	"command-and-control": rsit.C2Server, "command-and-control-server": rsit.C2Server, "botnet-cc": rsit.C2Server,
	"malware-download": rsit.MalwareDistribution, "hosting-malware": rsit.MalwareDistribution, "payload-delivery": rsit.MalwareDistribution,
	"phishing-site": rsit.Phishing, "phishing-url": rsit.Phishing, "credential-phishing": rsit.Phishing,
	"scanning": rsit.Scanner, "port-scan": rsit.Scanner, "port-scanning": rsit.Scanner,
	"bruteforce": rsit.BruteForce, "brute-forcing": rsit.BruteForce, "password-guessing": rsit.BruteForce,
	"dga": rsit.DGADomain, "blacklist": rsit.Blocklist, "botnet-drone": rsit.InfectedSystem,
}

// infrastructures gives the classes of infrastructure-type-ov.
var infrastructures = map[string]rsit.Class{
	"command-and-control": rsit.C2Server, "phishing": rsit.Phishing, "hosting-malware": rsit.MalwareDistribution,
	"botnet": rsit.InfectedSystem, "amplification": rsit.DDoSAmplifier, "reconnaissance": rsit.Scanner, "anonymization": rsit.DeviceID,
}

// chains gives the classes of phases that say what a value does. The others
// ("execution", "persistence") say what happens on the victim's machine.
var chains = map[string]rsit.Class{
	"lockheed-martin-cyber-kill-chain/reconnaissance":      rsit.Scanner,
	"lockheed-martin-cyber-kill-chain/delivery":            rsit.MalwareDistribution,
	"lockheed-martin-cyber-kill-chain/command-and-control": rsit.C2Server,
	"mitre-attack/reconnaissance":                          rsit.Scanner,
	"mitre-attack/command-and-control":                     rsit.C2Server,
}

// wordsOf gives the class that words say, and the word. Words that say
// different things say nothing.
func wordsOf(words []string, table map[string]rsit.Class) (class rsit.Class, said string) {
	for _, word := range words {
		c := classOf(word, table)
		switch {
		case c == 0 || c == class:
		case class != 0:
			return 0, ""
		default:
			class, said = c, word
		}
	}
	return class, said
}

// classOf gives the class of one word: an entry of the table, a word of ours, a
// tag of RSIT. "other" and "undetermined" say nothing, but for RSIT's own.
func classOf(word string, table map[string]rsit.Class) rsit.Class {
	low := strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(word))
	if c, ok := table[low]; ok {
		return c
	}
	bare, tagged := strings.CutPrefix(low, "rsit:")
	c, _ := rsit.Parse(bare)
	if strings.Contains(bare, "=") {
		c, _ = rsit.FromTag(low)
	}
	if !tagged && (c == rsit.Other || c == rsit.Undetermined) {
		return 0
	}
	return c
}

// benign tells whether an indicator is of what is harmless.
func (t *thing) benign() bool {
	for _, word := range t.labels {
		if strings.EqualFold(word, "benign") {
			return true
		}
	}
	return false
}

// tagged gives what a label such as "family:emotet" says.
func (t *thing) tagged(prefix string) string {
	for _, word := range t.labels {
		if rest, ok := strings.CutPrefix(strings.ToLower(word), prefix); ok {
			return rest
		}
	}
	return ""
}
