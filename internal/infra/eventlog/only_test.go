package eventlog

import (
	"testing"

	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// Only leaves rows of other cases out, batch by batch, beside what else is asked
// and whatever columns are wanted.
func TestOnlyTheWantedCases(t *testing.T) {
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), t.TempDir(), newClock())
	var whole [][]Row
	for b := int64(1); b <= 4; b++ {
		rows := odd(newSynth(uint64(b)).rows(b, 5000), 2)
		put(t, l, b, rows)
		whole = append(whole, rows)
	}
	wanted := func(id [16]byte) bool { return id[0]%3 == 0 }
	only := func(batch int64) func([16]byte) bool {
		switch batch {
		case 1:
			return nil // all
		case 2:
			return func([16]byte) bool { return false }
		}
		return wanted
	}
	for _, q := range []Query{{}, {Outcome: "routed"}, {Class: "c2-server"}, {Batches: []int64{2, 3}}} {
		var want [][]Row
		for b, rows := range whole {
			if len(q.Batches) > 0 && (b == 0 || b == 3) {
				continue
			}
			var some []Row
			for _, r := range rows {
				in := b == 0 || b > 1 && r.Case != ([16]byte{}) && wanted(r.Case)
				if in && q.match(&r) {
					some = append(some, r)
				}
			}
			want = append(want, some)
		}
		q.Only = only
		if diff := differ(ordered(want...), all(t, l, q)); diff != "" {
			t.Errorf("%+v: %s", q, diff)
		}
		if got := all(t, l, q, "value"); len(got) != len(ordered(want...)) {
			t.Errorf("%+v: %d rows with their values alone", q, len(got))
		}
	}
}
