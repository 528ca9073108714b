package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"entente/internal/core/fault"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errRejected, 3},
		{errNothing, 4},
		{fmt.Errorf("list: %w", errNothing), 4},
		{context.Canceled, 130},
		{&usageError{fault.New(fault.Invalid, "x", "y")}, 2},
		{fault.New(fault.Usage, "x", "y"), 2},
		{fault.New(fault.Invalid, "x", "y"), 1},
		{fault.New(fault.NotFound, "x", "y"), 4},
		{fault.New(fault.Conflict, "x", "y"), 1},
		{fault.New(fault.Forbidden, "x", "y"), 5},
		{fmt.Errorf("open: %w", fault.New(fault.Busy, "x", "y")), 6},
		{fault.New(fault.Full, "x", "y"), 1},
		{fault.New(fault.Corrupt, "x", "y"), 1},
		{fault.New(fault.Limit, "x", "y"), 1},
		{fault.New(fault.Stopped, "x", "y"), 130},
		{fmt.Errorf("nobody foresaw it"), 1},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v: exit %d, want %d", c.err, got, c.want)
		}
	}
}

// Every error on the terminal is one sentence and, below it, what to do.
func TestAnErrorHasARemedy(t *testing.T) {
	var out bytes.Buffer
	s := newSession(nil, &out, &out)
	s.exit(&usageError{fault.New(fault.Usage, "a surge needs --name", "for example --name spring")})
	if got := out.String(); got != "entente: a surge needs --name\n  → for example --name spring\n" {
		t.Errorf("%q", got)
	}
	out.Reset()
	s.exit(fault.New(fault.Invalid, "bad \x1b[31mname\u202e", "mend it"))
	if strings.ContainsAny(out.String(), "\x1b\u202e") {
		t.Errorf("%q can forge a terminal", out.String())
	}
}

func TestACancelledCallStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"--data", t.TempDir(), "case", "list"}, nil, &out, &errs); code != exitStopped {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
