package surge

import (
	"context"
	"encoding/json"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// ground is what a run locates and judges by, so far as a call chooses it. One
// run has one, so that its account mixes no two. What people keep in the data
// folder (hold rules, allow list, warning lists, organisations) is no part of
// it: it is in force from the moment that it stands there, in a run that goes on
// as in any other.
type ground struct {
	Bogons bool   `json:"bogons"`
	Stamp  string `json:"stamp"` // of the network data
	Data   string `json:"data"`  // their names and versions, to show
}

func (d *Desk) ground() ground {
	return ground{d.Judge.Bogons(), d.Geo.Stamp(), d.Geo.Describe().String()}
}

func (g ground) text() string {
	text, err := json.Marshal(g)
	if err != nil {
		return "{}"
	}
	return string(text)
}

// continues fails when a run that began on another ground would go on by g.
func (g ground) continues(began string) error {
	var was ground
	if err := json.Unmarshal([]byte(began), &was); err != nil {
		return err
	}
	var how, same []string
	switch {
	case was.Bogons && !g.Bogons:
		how, same = append(how, "it suppresses bogons, this call does not"), append(same, "--bogons on")
	case !was.Bogons && g.Bogons:
		how, same = append(how, "it does not suppress bogons, this call does"), append(same, "--bogons off")
	}
	switch {
	case was.Stamp == g.Stamp:
	case was.Data == g.Data:
		how, same = append(how, "it locates by other contents of "+g.Data), append(same, "the network data of then")
	default:
		how, same = append(how, "it locates by "+was.Data+", this call by "+g.Data), append(same, "the network data of then")
	}
	if len(how) == 0 {
		return nil
	}
	return fault.Newf(fault.Conflict, "give "+strings.Join(same, " and ")+", and it goes on; or add --anew, and all is read again as this call says, where what it had logged counts as duplicate",
		"a run of this command broke off and cannot go on: %s", strings.Join(how, "; "))
}

// giveUp makes the unfinished runs of a request ones that no request finds. They
// stay unfinished; what they committed stays.
func giveUp(ctx context.Context, tx *store.Tx, print []byte) error {
	_, err := tx.Exec(ctx, "UPDATE run SET fingerprint = $1 WHERE fingerprint = $2 AND finished = 0", []byte("given up"), print)
	return err
}
