package ui

import "strings"

// Label is a level of the Traffic Light Protocol 2.0 as pages show it, from
// open to strict, so that the stricter of two is the greater.
type Label uint8

// The levels.
const (
	Clear Label = iota
	Green
	Amber
	AmberStrict
	Red
)

var labelWords = [...]string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}

// ParseLabel reads a level's word, with or without "TLP:". No word at all is
// AMBER, the label of a feed that says nothing; an unknown one is RED, since
// who does not know a label may not pass it on.
func ParseLabel(word string) Label {
	word = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(word)), "TLP:")
	switch word {
	case "":
		return Amber
	case "WHITE": // the name of CLEAR in TLP 1.0
		return Clear
	}
	for i, w := range labelWords {
		if w == word {
			return Label(i)
		}
	}
	return Red
}

// String gives "TLP:AMBER+STRICT" and its like, as FIRST writes it.
func (l Label) String() string { return "TLP:" + l.Word() }

// Word gives the level without "TLP:".
func (l Label) Word() string {
	if int(l) < len(labelWords) {
		return labelWords[l]
	}
	return "RED"
}

// Class is the name of the level's style, for class="tlp tlp-amber".
func (l Label) Class() string {
	return "tlp tlp-" + strings.ToLower(strings.TrimSuffix(l.Word(), "+STRICT"))
}

// Colour is the colour of the level's text on #000000 (FIRST, TLP 2.0).
func (l Label) Colour() string {
	return [...]string{"#FFFFFF", "#33FF00", "#FFC000", "#FFC000", "#FF2B2B"}[min(l, Red)]
}
