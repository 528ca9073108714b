package xarf

import (
	"strings"

	"entente/internal/core/rsit"
)

// types gives the class of each category and type of version 4. docs/classes.md
// says why where it is not plain.
var types = map[string]rsit.Class{
	"messaging/spam":           rsit.Spam,
	"messaging/bulk_messaging": rsit.Spam,

	"content/phishing":                rsit.Phishing,
	"content/malware":                 rsit.MalwareDistribution,
	"content/csam":                    rsit.HarmfulSpeech,
	"content/csem":                    rsit.HarmfulSpeech,
	"content/exposed_data":            rsit.DataLeak,
	"content/brand_infringement":      rsit.Other,
	"content/fraud":                   rsit.Other,
	"content/remote_compromise":       rsit.SystemCompromise,
	"content/suspicious_registration": rsit.Other,

	"copyright/copyright":    rsit.Copyright,
	"copyright/p2p":          rsit.Copyright,
	"copyright/cyberlocker":  rsit.Copyright,
	"copyright/ugc_platform": rsit.Copyright,
	"copyright/link_site":    rsit.Copyright,
	"copyright/usenet":       rsit.Copyright,

	"connection/login_attack":       rsit.BruteForce,
	"connection/port_scan":          rsit.Scanner,
	"connection/ddos":               rsit.DDoS,
	"connection/infected_host":      rsit.InfectedSystem,
	"connection/reconnaissance":     rsit.Scanner,
	"connection/scraping":           rsit.Other,
	"connection/sql_injection":      rsit.Exploit,
	"connection/vulnerability_scan": rsit.Scanner,

	"vulnerability/cve":              rsit.VulnerableSystem,
	"vulnerability/open_service":     rsit.UnwantedAccessible,
	"vulnerability/misconfiguration": rsit.Misconfiguration,

	"infrastructure/botnet":             rsit.InfectedSystem,
	"infrastructure/compromised_server": rsit.SystemCompromise,

	"reputation/blocklist":           rsit.Blocklist,
	"reputation/threat_intelligence": rsit.Blocklist,
}

func classFour(category, kind string) (rsit.Class, bool) {
	c, ok := types[strings.ToLower(category+"/"+kind)]
	return c, ok
}

// classThree gives the class of a type of version 3 and the category that
// version 4 puts it in.
func classThree(kind string) (c rsit.Class, category string, ok bool) {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(kind)) {
	case "spam":
		return rsit.Spam, "messaging", true
	case "loginattack":
		return rsit.BruteForce, "connection", true
	case "portscan":
		return rsit.Scanner, "connection", true
	case "ddos":
		return rsit.DDoS, "connection", true
	case "phishing":
		return rsit.Phishing, "content", true
	case "malware":
		return rsit.MalwareDistribution, "content", true
	case "botnet", "bot":
		return rsit.InfectedSystem, "infrastructure", true
	case "copyright":
		return rsit.Copyright, "copyright", true
	}
	return 0, "", false
}

// pages tells whether a report is about a page or file, so that its URL is what
// acts.
func pages(category string, c rsit.Class) bool {
	return category == "content" || category == "copyright" || c.Rule() == rsit.ByURL
}
