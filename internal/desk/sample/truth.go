package sample

// Account is what must become of the rows, in the words of the account that
// `entente surge run --json` prints.
type Account struct {
	Rows         int64            `json:"rows"`
	Accepted     int64            `json:"accepted"`
	Rejected     int64            `json:"rejected"`
	Observations int64            `json:"observations"`
	Routed       int64            `json:"routed"`
	Pooled       int64            `json:"pooled"`
	Context      int64            `json:"context"`
	Duplicate    int64            `json:"duplicate"`
	Held         int64            `json:"held"`
	Suppressed   int64            `json:"suppressed"`
	RejectedBy   map[string]int64 `json:"rejected_by"`
	SuppressedBy map[string]int64 `json:"suppressed_by"`
}

// Total is the account of the whole sample.
type Total struct {
	Account
	CasesOpened int64 `json:"cases_opened"`
	Owners      int64 `json:"owners"`
	Countries   int64 `json:"countries"`
	Quarantined int64 `json:"quarantined"`
}

// DayCount is one cell of the table of event feeds by observed day.
type DayCount struct {
	Day     string `json:"day"`
	Class   string `json:"class"`
	Outcome string `json:"outcome"`
	Count   int64  `json:"count"`
}

// Cases counts the cases and proves them with a digest.
type Cases struct {
	Count     int64            `json:"count"`
	ByOwner   map[string]int64 `json:"by_owner"`
	ByCountry map[string]int64 `json:"by_country"`
	ByClass   map[string]int64 `json:"by_class"`
	Digest    string           `json:"digest"`
	DigestOf  string           `json:"digest_of"`
}

// File is one file of the sample as it was written.
type File struct {
	Path        string `json:"path"`
	Feed        string `json:"feed"`
	Rows        int64  `json:"rows"`
	Rejected    int64  `json:"rejected"`
	CopyOf      string `json:"copy_of,omitempty"`
	Quarantined bool   `json:"quarantined,omitempty"`
}

// Truth is what truth.json holds: the outcome that docs/data-model.md demands
// for an ingest of all files with bogons on, warning lists, allow.txt, holds,
// organisations and geography of the sample in force.
type Truth struct {
	Synthetic bool               `json:"synthetic"`
	Rules     string             `json:"rules"`
	Seed      uint64             `json:"seed"`
	Days      int                `json:"days"`
	First     string             `json:"first_day"`
	Last      string             `json:"last_day"`
	Account   Total              `json:"account"`
	Feeds     map[string]Account `json:"feeds"`
	ByDay     []DayCount         `json:"event_days"`
	Cases     Cases              `json:"cases"`
	Files     []File             `json:"files"`
}
