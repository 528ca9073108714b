package arf

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/list"

	"gopkg.in/yaml.v3"
)

// old reads the YAML of X-ARF 0.1 and 0.2: what its types have in common.
func (r *reader) old(text []byte, about func()) (feed.Reason, string) {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return feed.BadRow, ""
	}
	says := map[string]string{}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1].Kind != yaml.ScalarNode {
			continue
		}
		key, value := pairs[i].Value, strings.TrimSpace(pairs[i+1].Value)
		if strings.IndexByte(value, 0) >= 0 {
			return feed.BadText, key
		}
		switch says[key] = value; key {
		case "Date", "Source", "Category", "Report-Type", "TLP":
		default:
			r.more.Text(key, value)
		}
	}
	o := feed.Observation{Said: says["Category"] + "/" + says["Report-Type"], Family: strings.ToLower(r.opt.Family)}
	switch strings.ToLower(says["Report-Type"]) {
	case "login-attack":
		o.Class = rsit.BruteForce
		if s := strings.ToLower(says["Service"]); s != "" {
			o.Family = s
		}
	case "port-scan", "portscan":
		o.Class = rsit.Scanner
	case "phishing":
		o.Class = rsit.Phishing
	case "spam":
		o.Class = rsit.Spam
	case "ddos":
		o.Class = rsit.DDoS
	case "botnet-infection", "bot-infection":
		o.Class = rsit.InfectedSystem
	case "copyright":
		o.Class = rsit.Copyright
	default:
		if o.Class = r.opt.Class; o.Class == 0 {
			return feed.BadClass, "Report-Type"
		}
	}
	if says["Date"] == "" {
		return feed.NoTime, "Date"
	}
	var why feed.Reason
	if o.Time, why = r.date(says["Date"]); why != 0 {
		return why, "Date"
	}
	if says["Source"] == "" {
		return feed.NoValue, "Source"
	}
	if o.Value, o.Port, why = list.Parse(says["Source"]); why != 0 {
		return why, "Source"
	}
	o.Label = r.stricter(says["TLP"])
	about()
	r.obs = append(r.obs, o)
	r.share()
	return 0, ""
}
