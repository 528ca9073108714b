package eventlog

import "net/netip"

// Row is one logged observation. Times are microseconds since 1970 UTC, 0 for
// none; text columns are empty for none. The order of the fields is the order
// of the columns that outside readers see.
type Row struct {
	Batch    int64  // batch that logged it
	Feed     string // named source
	Mode     string // "event" or "snapshot"
	Observed int64  // when it happened; for a snapshot without a row time, the snapshot's time
	Snapshot int64  // the list's as-of time; 0 for events

	Class     string // RSIT class, ours
	Said      string // the producer's word for it
	Family    string
	Kind      string     // kind of the value
	Value     string     // canonical text
	Addr      netip.Addr // address by which it was located; zero for none. Stored as 16 bytes, IPv4 mapped
	Port      uint16
	Transport string

	Country        string // ISO 3166 alpha-2 of the case
	CountryBasis   string // geo, cctld, claimed, "" (none)
	ASN            uint32
	Prefix         string
	Network        string // name of the network
	ClaimedCountry string // the feed's own word
	ClaimedASN     uint32

	Status     string // producer's status
	Severity   string
	Outcome    string // routed, pooled, context, held, suppressed
	Reason     string // why suppressed or held; of others the warning lists that they are on
	Owner      string // organisation id of the case
	OwnerBasis string
	Case       [16]byte // case id; zero for none
	Raw        [32]byte // SHA-256 of the raw input file
	Line       int64    // line in the raw input (of the archive's member)
	Label      string   // TLP
	Details    []byte   // JSON object of everything else; nil for none
}
