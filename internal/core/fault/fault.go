// Package fault owns the one road for errors: a kind from a closed list, a
// plain sentence, and a remedy. It imports nothing of Entente.
//
// An error is made where the cause is known (New), wrapped once with what was
// being done (fmt.Errorf with %w), and translated once, at the door: the
// command line turns a kind into an exit code, a web door into a status.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure it is. The list is closed: doors switch on it.
type Kind uint8

const (
	// Internal is anything nobody foresaw. Its text never leaves the house.
	Internal Kind = iota
	// Usage: the caller asked in a way that cannot be answered.
	Usage
	// Invalid: an input (file, row, rule) breaks its own format.
	Invalid
	// NotFound: no such thing, or none that the caller may see.
	NotFound
	// Conflict: it contradicts what is already kept.
	Conflict
	// Forbidden: the sharing rule does not allow it.
	Forbidden
	// Busy: another one holds it, or a service is away; trying again may help.
	Busy
	// Full: no room left on the disk or in a quota.
	Full
	// Corrupt: what is stored is damaged.
	Corrupt
	// Limit: a named bound was exceeded.
	Limit
	// Stopped: the caller or a signal ended it; it can be resumed.
	Stopped
)

var names = [...]string{"internal", "usage", "invalid", "not-found", "conflict", "forbidden", "busy", "full", "corrupt", "limit", "stopped"}

// String gives the kind's word, as logs and JSON show it.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return "internal"
}

// Error is a failure that a person can act on.
type Error struct {
	Kind   Kind
	Text   string // what went wrong, one plain sentence without a full stop
	Remedy string // what to do about it; may be empty only for Internal
	Cause  error  // may be nil
}

// New makes an error of kind k. Text says what is wrong, remedy what to do.
func New(k Kind, text, remedy string) *Error {
	return &Error{Kind: k, Text: text, Remedy: remedy}
}

// Wrap is New with a cause kept for the log and for errors.Is.
func Wrap(k Kind, cause error, text, remedy string) *Error {
	return &Error{Kind: k, Text: text, Remedy: remedy, Cause: cause}
}

// Newf is New with the text formatted.
func Newf(k Kind, remedy, format string, args ...any) *Error {
	return &Error{Kind: k, Text: fmt.Sprintf(format, args...), Remedy: remedy}
}

// Error gives the text and the cause, without the remedy.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Text + ": " + e.Cause.Error()
	}
	return e.Text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf gives the kind of the first Error in err's chain, Internal if there
// is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is tells whether err's chain holds an Error of kind k.
func Is(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// RemedyOf gives the first remedy in err's chain, or "".
func RemedyOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Remedy != "" {
			return e.Remedy
		}
		err = e.Cause
	}
	return ""
}
