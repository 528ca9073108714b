package n6

import "entente/internal/core/rsit"

// part says what of an event acts.
type part uint8

const (
	byHost   part = iota + 1 // the address; without one the URL, the name, a hash
	bySource                 // the address alone: URL and name are what it talked to
	bySite                   // the URL, else the name, else the address
)

// category is what a category of n6 means.
type category struct {
	class  rsit.Class
	acts   part
	named  bool   // name tells the malware, service or vulnerability
	family string // the family of all its events
}

// categories has every category of n6; docs/classes.md says why where the class
// is not plain.
var categories = map[string]category{
	"amplifier":      {class: rsit.DDoSAmplifier, acts: byHost, named: true},
	"backdoor":       {class: rsit.SystemCompromise, acts: bySite, named: true},
	"bots":           {class: rsit.InfectedSystem, acts: bySource, named: true},
	"cnc":            {class: rsit.C2Server, acts: byHost, named: true},
	"deface":         {class: rsit.ApplicationCompromise, acts: bySite},
	"dns-query":      {class: rsit.Blocklist, acts: bySite},
	"dos-attacker":   {class: rsit.DDoS, acts: bySource},
	"dos-victim":     {class: rsit.DDoS, acts: byHost, family: "ddos-target"},
	"exposed":        {class: rsit.UnwantedAccessible, acts: byHost, named: true},
	"flow":           {class: rsit.Blocklist, acts: bySource},
	"flow-anomaly":   {class: rsit.Undetermined, acts: bySource},
	"fraud":          {class: rsit.Other, acts: byHost},
	"leak":           {class: rsit.DataLeak, acts: byHost},
	"malurl":         {class: rsit.MalwareDistribution, acts: bySite, named: true},
	"malware-action": {class: rsit.MalwareConfiguration, acts: byHost, named: true},
	"other":          {class: rsit.Other, acts: byHost},
	"phish":          {class: rsit.Phishing, acts: bySite},
	"proxy":          {class: rsit.UnwantedAccessible, acts: byHost, named: true},
	"sandbox-url":    {class: rsit.Blocklist, acts: bySite, named: true},
	"scam":           {class: rsit.Other, acts: bySite},
	"scanning":       {class: rsit.Scanner, acts: bySource},
	"server-exploit": {class: rsit.Exploit, acts: bySource},
	"spam":           {class: rsit.Spam, acts: bySource},
	"spam-url":       {class: rsit.Spam, acts: bySite},
	"tor":            {class: rsit.DeviceID, acts: byHost},
	"vulnerable":     {class: rsit.VulnerableSystem, acts: byHost, named: true},
	"webinject":      {class: rsit.MalwareConfiguration, acts: byHost, named: true},
}
