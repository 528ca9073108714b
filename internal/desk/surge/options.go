package surge

import (
	"encoding/json"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// optionForm is how a member keeps the options it was read with.
type optionForm struct {
	Feed           string `json:"feed,omitempty"`
	Report         string `json:"report,omitempty"`
	Class          string `json:"class,omitempty"`
	Mode           string `json:"mode,omitempty"`
	Family         string `json:"family,omitempty"`
	FamilyFromName bool   `json:"family_from_name,omitempty"`
	Label          string `json:"label,omitempty"`
	AsOf           int64  `json:"as_of,omitempty"` // microseconds
	Zone           string `json:"zone,omitempty"`
	Mapping        string `json:"mapping,omitempty"`
	ModTime        int64  `json:"mod_time,omitempty"` // of the file, microseconds
}

// optionText keeps the options, and the file's time of modification, which may
// be a snapshot's; zero for none.
func optionText(o feed.Options, mod time.Time) string {
	f := optionForm{Feed: o.Feed, Report: o.Report, Class: o.Class.String(), Mode: o.Mode.String(), Family: o.Family,
		FamilyFromName: o.FamilyFromName, Label: o.Label, Zone: zoneName(o), Mapping: string(o.Mapping)}
	if !o.AsOf.IsZero() {
		f.AsOf = o.AsOf.UnixMicro()
	}
	if !mod.IsZero() {
		f.ModTime = mod.UnixMicro()
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "{}"
	}
	return string(text)
}

// parseOptions reads what optionText kept.
func parseOptions(text string) (o feed.Options, mod time.Time, err error) {
	var f optionForm
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return o, mod, err
	}
	if f.ModTime != 0 {
		mod = micros(f.ModTime)
	}
	o = feed.Options{Feed: f.Feed, Report: f.Report, Family: f.Family, FamilyFromName: f.FamilyFromName, Label: f.Label}
	o.Class, _ = rsit.Parse(f.Class)
	o.Mode, _ = feed.ParseMode(f.Mode)
	if f.AsOf != 0 {
		o.AsOf = micros(f.AsOf)
	}
	if f.Mapping != "" {
		o.Mapping = []byte(f.Mapping)
	}
	if f.Zone != "" {
		z, err := time.LoadLocation(f.Zone)
		if err != nil {
			return o, mod, err
		}
		o.Zone = z
	}
	return o, mod, nil
}

func zoneName(o feed.Options) string {
	if o.Zone == nil {
		return ""
	}
	return o.Zone.String()
}
