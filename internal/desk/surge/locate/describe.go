package locate

import (
	"fmt"
	"strings"
	"time"
)

// Source is one file of network data.
type Source struct {
	What    string    `json:"what"`    // "country" or "network" or "geography"
	Name    string    `json:"name"`    // package, or the file's base name
	Version string    `json:"version"` // "" if it has none
	Date    time.Time `json:"date"`    // the day of the data; zero if unknown
}

// Description says what data are in use and how old they are.
type Description struct {
	Sources  []Source
	Warnings []string // one sentence each, with the remedy
}

// Describe says what data are in use, for reports and pages.
func (g *Geography) Describe() Description { return g.about }

// AgeDays gives the age of a source in whole days, -1 if its date is unknown.
func (s Source) AgeDays(now time.Time) int {
	if s.Date.IsZero() || now.IsZero() {
		return -1
	}
	return int(now.Sub(s.Date) / (24 * time.Hour))
}

// String gives one line per source, as reports print it.
func (d Description) String() string {
	var b strings.Builder
	for i, s := range d.Sources {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %s", s.What, s.Name)
		if s.Version != "" {
			fmt.Fprintf(&b, " %s", s.Version)
		}
		if !s.Date.IsZero() {
			fmt.Fprintf(&b, " of %s", s.Date.UTC().Format(time.DateOnly))
		}
	}
	return b.String()
}

// warnOld adds a warning for each source that is older than MaxAge.
func (d *Description) warnOld(now time.Time) {
	for _, s := range d.Sources {
		if age := s.AgeDays(now); age >= 0 && time.Duration(age)*24*time.Hour > MaxAge {
			d.Warnings = append(d.Warnings, fmt.Sprintf("the %s data %s of %s is %d days old: addresses may have moved to other countries and networks; %s",
				s.What, s.Name, s.Date.UTC().Format(time.DateOnly), age, geoRemedy))
		}
	}
}
