package intelmq

import "strings"

// strictness orders the TLP labels; a word that is none counts as the strictest.
func strictness(label string) int {
	switch label {
	case "CLEAR", "WHITE":
		return 1
	case "GREEN":
		return 2
	case "AMBER":
		return 3
	case "AMBER+STRICT":
		return 4
	}
	return 5
}

// stricter gives the event's own label where it is stricter than the file's.
// An event can never loosen it.
func (r *reader) stricter() string {
	own := strings.ToUpper(string(r.found[tlp]))
	own = strings.TrimPrefix(own, "TLP:")
	n := strictness(own)
	switch {
	case own == "" || n <= strictness(r.label):
		return ""
	case n == 5 && own != "RED":
		r.more.Text("tlp", own)
		return "RED"
	}
	return own
}
