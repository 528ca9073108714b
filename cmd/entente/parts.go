package main

import (
	"entente/internal/feed"
	"entente/internal/feed/abusech"
	"entente/internal/feed/arf"
	"entente/internal/feed/custom"
	"entente/internal/feed/drop"
	"entente/internal/feed/intelmq"
	"entente/internal/feed/list"
	"entente/internal/feed/misp"
	"entente/internal/feed/n6"
	"entente/internal/feed/phishtank"
	"entente/internal/feed/shadowserver"
	"entente/internal/feed/stix"
	"entente/internal/feed/threatfox"
	"entente/internal/feed/xarf"
)

// formats is every input format that the program reads. A new one is a folder
// under feed and a line here.
func formats() []feed.Format {
	return append([]feed.Format{
		shadowserver.Format{},
		intelmq.Format{},
		n6.Format{},
		phishtank.Format{},
		threatfox.Format{},
		drop.Format{},
		list.Format{},
		custom.Format{},
		misp.Format{},
		stix.Format{},
		xarf.Format{},
		arf.Format{},
	}, abusech.Formats()...)
}
