package eventlog

import (
	"sync"
	"syscall"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// decade spreads rows over so many days, as a list of what was first seen when.
func decade(rows []Row, days int) []Row {
	for i := range rows {
		rows[i].Mode, rows[i].Snapshot = "event", 0
		rows[i].Observed = int64(i*7919%days)*dayMicros + int64(i)
	}
	return rows
}

// A batch of many days holds few files open, forces each file and each folder
// to the disk once, and comes back whole.
func TestManyDays(t *testing.T) {
	const days = 400
	d, dir := disktest.New(), t.TempDir()
	var mu sync.Mutex
	open, most := map[string]bool{}, 0
	count := map[string]int{}
	d.Watch(func(op disktest.Op) {
		mu.Lock()
		defer mu.Unlock()
		switch count[op.Kind]++; op.Kind {
		case "create":
			open[op.Name] = true
			most = max(most, len(open))
		case "close":
			delete(open, op.Name)
		}
	})
	l := openLog(t, storetest.Open(t, store.SQLite), d, dir, newClock())
	first, second := decade(newSynth(1).rows(1, 1000), days), decade(newSynth(2).rows(2, 1000), days)
	put(t, l, 1, first)
	if most > inWork+1 || len(open) > 0 || count["create"] != days || count["sync"] != days {
		t.Errorf("%d files open at a time, %d at the end; %v", most, len(open), count)
	}
	if u := d.Unsynced(); len(u) > 0 {
		t.Error("unsynced:", u)
	}
	folders := count["syncdir"]
	put(t, l, 2, second) // its folders are there
	if n := count["syncdir"] - folders; n != days {
		t.Errorf("%d folders synced, want %d", n, days)
	}
	if diff := differ(ordered(first, second), all(t, l, Query{})); diff != "" {
		t.Error(diff)
	}
}

// A batch of many days whose disk fails in the middle leaves nothing that counts
// and no file open, and is written by the next try.
func TestManyDaysOnAFailingDisk(t *testing.T) {
	const days = 40
	rows := decade(newSynth(1).rows(1, 100), days)
	for at := 1; ; at += 7 {
		d := disktest.New()
		l := openLog(t, storetest.Open(t, store.SQLite), d, t.TempDir(), newClock())
		d.FailAt(at, syscall.ENOSPC)
		_, err := l.Stage(ctx, 1, rows)
		if !d.Failed() {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		d.Heal()
		if !fault.Is(err, fault.Full) {
			t.Fatalf("operation %d, %v: %v", at, d.Ops()[at-1], err)
		}
		created, closed := 0, 0
		for i, op := range d.Ops() {
			switch {
			case op.Kind == "create" && i != at-1:
				created++
			case op.Kind == "close":
				closed++
			}
		}
		if created != closed {
			t.Errorf("operation %d, %v: %d files made, %d closed", at, d.Ops()[at-1], created, closed)
		}
		put(t, l, 1, rows)
		if got := len(all(t, l, Query{})); got != len(rows) {
			t.Errorf("operation %d: %d rows", at, got)
		}
	}
}
