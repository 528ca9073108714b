package surge

// What a replay does to a case.
const (
	CaseOpened = "opened" // nobody had it
	CaseMoved  = "moved"  // another country, owner, basis or network
	CaseLeft   = "left"   // nothing shows it any more
	CaseSplit  = "split"  // its rows lie in several cases now
	CaseMerged = "merged" // rows of several cases lie in it now
)

// ReplayCase is one case that a replay changes.
type ReplayCase struct {
	What    string   `json:"what"`
	Case    string   `json:"case"`
	Others  []string `json:"others,omitempty"` // of a split: where its rows are; of a merge: where they were
	Class   string   `json:"class,omitempty"`
	Value   string   `json:"value,omitempty"`
	Country string   `json:"country,omitempty"`
	Owner   string   `json:"owner,omitempty"`
	Was     *Place   `json:"was,omitempty"` // of one that is moved
}

// Place is where a case lay before it was moved.
type Place struct {
	Country string `json:"country"`
	Owner   string `json:"owner"`
	Basis   string `json:"basis"`
	Network string `json:"network"`
}

// ReplayCounts say what a replay does, or did, to the cases.
type ReplayCounts struct {
	Opened int64 `json:"opened"`
	Again  int64 `json:"seen_again"` // were there and are shown now
	Moved  int64 `json:"moved"`      // of these
	Left   int64 `json:"left"`
}

// Preview says what a replay would do.
type Preview struct {
	Feed     string `json:"feed"`
	Files    int64  `json:"files"`
	Rows     int64  `json:"rows"`
	Accepted int64  `json:"accepted"`
	Rejected int64  `json:"rejected"`
	SetAside int64  `json:"set_aside"`
	ReplayCounts
	Split    int64        `json:"split"`
	Merged   int64        `json:"merged"`
	Missing  []NotKept    `json:"not_kept,omitempty"`
	Examples []ReplayCase `json:"examples"`
}
