package surge

import "entente/internal/core/sharing"

// severityRank orders the producers' words; 0 is none.
func severityRank(word string) uint8 {
	switch word {
	case "critical":
		return 5
	case "high":
		return 4
	case "medium":
		return 3
	case "low":
		return 2
	case "info":
		return 1
	}
	return 0
}

var severityWords = [...]string{"", "info", "low", "medium", "high", "critical"}

// tlpOf gives the rank of a label's word; one that is none counts as RED.
func tlpOf(word string) sharing.TLP {
	t, err := sharing.ParseTLP(word)
	if err != nil {
		return sharing.Red
	}
	return t
}

// strictest gives the stricter of two labels by their words.
func strictest(a, b string) string {
	if b == "" || a == b {
		return a
	}
	if a == "" {
		return b
	}
	return sharing.StrictestTLP(a, b)
}
