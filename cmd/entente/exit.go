package main

import (
	"context"
	"errors"
	"fmt"

	"entente/internal/core/fault"
	"entente/internal/feed/source"
)

// Exit codes, as every command uses them.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitRejected  = 3 // done, but rows were rejected or files set aside
	exitNothing   = 4 // nothing matched
	exitForbidden = 5
	exitBusy      = 6 // busy or away: try again
	exitStopped   = 130
)

const exitHelp = `Exit codes: 0 done · 1 failed · 2 wrong usage · 3 done, but rows were rejected
or files set aside · 4 nothing matched · 5 the sharing rule forbids it ·
6 busy or unavailable, try again · 130 stopped, can be resumed`

// errRejected ends a command that did its work but left rows or files aside.
var errRejected = errors.New("rows were rejected or files set aside")

// errNothing ends a query that matched nothing.
var errNothing = errors.New("nothing matched")

// exit tells the person what went wrong and gives the exit code.
func (s *session) exit(err error) int {
	code := exitCode(err)
	switch {
	case err == nil, errors.Is(err, errRejected):
		return code
	case errors.Is(err, errNothing):
		fmt.Fprintln(s.stderr, "entente: nothing matched")
		return code
	}
	fmt.Fprintf(s.stderr, "entente: %s\n", source.Display(err.Error()))
	if remedy := fault.RemedyOf(err); remedy != "" {
		fmt.Fprintf(s.stderr, "  → %s\n", source.Display(remedy))
	}
	return code
}

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errRejected):
		return exitRejected
	case errors.Is(err, errNothing):
		return exitNothing
	case errors.Is(err, context.Canceled):
		return exitStopped
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	switch fault.KindOf(err) {
	case fault.Usage:
		return exitUsage
	case fault.NotFound:
		return exitNothing
	case fault.Forbidden:
		return exitForbidden
	case fault.Busy:
		return exitBusy
	case fault.Stopped:
		return exitStopped
	}
	return exitFailed
}

// usageError is what cobra says of flags and arguments.
type usageError struct{ error }

// Unwrap gives what was wrong, with its remedy.
func (e *usageError) Unwrap() error { return e.error }
