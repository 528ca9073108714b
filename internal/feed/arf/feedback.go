package arf

import (
	"net/mail"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// feedbackType says what a Feedback-Type means for the sender of the message
// and for what the message leads to.
type feedbackType struct {
	sender, leads rsit.Class
	context       bool // it is no complaint
}

// types are those of RFC 5965, RFC 6430 and RFC 6591, and two older ones.
var types = map[string]feedbackType{
	"abuse":        {rsit.Spam, rsit.Spam, false},
	"fraud":        {rsit.Spam, rsit.Phishing, false},
	"virus":        {rsit.InfectedSystem, rsit.MalwareDistribution, false},
	"other":        {rsit.Other, rsit.Other, false},
	"not-spam":     {rsit.Spam, rsit.Spam, true},
	"auth-failure": {rsit.Other, rsit.Other, true},
	"opt-out":      {rsit.Other, rsit.Other, true},
	"opt-out-list": {rsit.Other, rsit.Other, true},
}

// feedback reads a report of RFC 5965: the address that the message came from,
// and each URI that the report is about. Only where there is neither, the
// reported domain acts: it may be forged as any name in a mail.
func (r *reader) feedback(f *fields, h mail.Header, about func()) (feed.Reason, string) {
	for i, t := range f.texts {
		if strings.IndexByte(t, 0) >= 0 {
			return feed.BadText, f.names[i]
		}
	}
	said := strings.ToLower(f.get("Feedback-Type"))
	kind, ok := types[said]
	if !ok && r.opt.Class != 0 {
		kind, ok = feedbackType{r.opt.Class, r.opt.Class, false}, true
	}
	if !ok {
		return feed.BadClass, "Feedback-Type"
	}
	like := feed.Observation{Said: said, Context: kind.context, Family: strings.ToLower(r.opt.Family)}
	var why feed.Reason
	var field string
	if like.Time, why, field = r.arrival(f, h); why != 0 {
		return why, field
	}
	add := func(v value.Value, class rsit.Class) {
		o := like
		o.Value, o.Class = v, class
		r.obs = append(r.obs, o)
	}
	used := map[string]bool{"Feedback-Type": true, field: true, "Source-Ip": true, "Source-Port": true, "Reported-Uri": true}
	if text := f.get("Source-IP"); text != "" {
		v, err := value.ParseIP(strings.Trim(text, "[]"))
		if err != nil {
			return feed.BadValue, "Source-IP"
		}
		add(v, kind.sender)
		if p := f.get("Source-Port"); p != "" {
			n, ok := (&flatjson.Field{Kind: flatjson.Number, Raw: []byte(p)}).Number(65535)
			if !ok || n == 0 {
				return feed.BadPort, "Source-Port"
			}
			r.obs[0].Port = uint16(n)
		}
	}
	if why, field := r.uris(f, kind.leads, add); why != 0 {
		return why, field
	}
	if len(r.obs) == 0 {
		used["Reported-Domain"] = true
		for _, d := range f.all("Reported-Domain") {
			v, err := value.ParseDomain(strings.TrimSuffix(d, "."))
			if err != nil {
				return feed.BadValue, "Reported-Domain"
			}
			add(v, kind.sender)
		}
	}
	if len(r.obs) == 0 {
		return feed.NoValue, "Source-IP"
	}
	f.rest(&r.more, used)
	about()
	r.share()
	return 0, ""
}

// uris reads the URIs that a report is about, each once.
func (r *reader) uris(f *fields, class rsit.Class, add func(value.Value, rsit.Class)) (feed.Reason, string) {
	seen := map[value.Value]bool{}
	for _, text := range f.all("Reported-URI") {
		text = strings.Trim(text, "<>")
		var v value.Value
		var err error
		if rest, is := strings.CutPrefix(strings.ToLower(text), "mailto:"); is {
			v, err = value.ParseEmail(text[len(text)-len(rest):])
		} else {
			v, err = value.ParseURL(value.Refang(text))
		}
		if err != nil {
			return feed.BadValue, "Reported-URI"
		}
		if !seen[v] {
			seen[v] = true
			add(v, class)
		}
	}
	return 0, ""
}

// share gives all observations of a mail the same details.
func (r *reader) share() {
	d := r.more.Take()
	for i := range r.obs {
		r.obs[i].Details = d
	}
}

// arrival is when the message arrived; else when the report was written. It
// gives the field that says it.
func (r *reader) arrival(f *fields, h mail.Header) (int64, feed.Reason, string) {
	for _, name := range []string{"Arrival-Date", "Received-Date"} {
		if text := f.get(name); text != "" {
			m, why := r.date(text)
			return m, why, name
		}
	}
	if text := h.Get("Date"); text != "" {
		m, why := r.date(text)
		return m, why, "Date"
	}
	return 0, feed.NoTime, "Arrival-Date"
}
