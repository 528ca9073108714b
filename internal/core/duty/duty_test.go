package duty_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"entente/internal/core/duty"
	"entente/internal/core/fault"
)

func profile(length int, unit duty.Unit) duty.Profile {
	return duty.Profile{Name: "p", Version: 1, Title: "T", Citation: "C", Length: length, Unit: unit}
}

// TestDaysKeepTheHour: a duty of days that runs over a change of the clock is
// due at the same hour of the day; one of hours is not moved.
func TestDaysKeepTheHour(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 10, 24, 9, 0, 0, 0, rome) // the clock goes back on the 25th
	if got, want := profile(2, duty.Days).Due(start, rome), time.Date(2026, 10, 26, 9, 0, 0, 0, rome); !got.Equal(want) {
		t.Errorf("days: %v, want %v", got, want)
	}
	if got, want := profile(48, duty.Hours).Due(start, rome), start.Add(48*time.Hour); !got.Equal(want) {
		t.Errorf("hours: %v, want %v", got, want)
	}
}

func TestState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := duty.Duty{Due: rapid.Int64Range(1, 100).Draw(t, "due"), Done: rapid.Int64Range(0, 100).Draw(t, "done")}
		now := rapid.Int64Range(0, 100).Draw(t, "now")
		want := duty.Running
		switch {
		case d.Done > 0 && d.Done > d.Due:
			want = duty.MetLate
		case d.Done > 0:
			want = duty.Met
		case now > d.Due:
			want = duty.Overdue
		}
		if got := d.State(now); got != want {
			t.Fatalf("%+v at %d: %s, want %s", d, now, got, want)
		}
	})
}

func TestCheck(t *testing.T) {
	if err := profile(24, duty.Hours).Check(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*duty.Profile){
		func(p *duty.Profile) { p.Name = "" }, func(p *duty.Profile) { p.Citation = "" }, func(p *duty.Profile) { p.Version = 0 },
		func(p *duty.Profile) { p.Length = 0 }, func(p *duty.Profile) { p.Unit = 9 },
	} {
		p := profile(24, duty.Hours)
		change(&p)
		if err := p.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, u := range []duty.Unit{duty.Hours, duty.Days} {
		if got, err := duty.ParseUnit(u.String()); err != nil || got != u {
			t.Errorf("%v: %v, %v", u, got, err)
		}
	}
	if _, err := duty.ParseUnit("weeks"); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
