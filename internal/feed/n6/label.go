package n6

import "entente/internal/core/sharing"

const defaultLabel = "AMBER"

// labels gives the label of an event by its restriction where it is stricter
// than the file's.
type labels struct{ public, known, internal, none, odd string }

// labelsFor gives the labels of events and of the file, said is what the person
// says of the file. Only an event that says public is looser than the default,
// so the file's label must be the loosest and each other event has its own. An
// internal event is one that n6 hands to none of its clients; a word that is no
// restriction counts as the strictest.
func labelsFor(said string) (l labels, file string) {
	file, none := said, said
	if said == "" {
		file, none = "CLEAR", defaultLabel
	}
	stricter := func(label string) string {
		if s := sharing.StrictestTLP(file, label); s != sharing.StrictestTLP(file, "") {
			return s
		}
		return ""
	}
	return labels{public: "", known: stricter("AMBER"), internal: stricter("RED"), none: stricter(none), odd: stricter("RED")}, file
}

// of gives the label of an event.
func (l *labels) of(restriction string) string {
	switch restriction {
	case "public":
		return l.public
	case "need-to-know":
		return l.known
	case "internal":
		return l.internal
	case "":
		return l.none
	}
	return l.odd
}
