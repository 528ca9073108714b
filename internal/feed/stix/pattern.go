package stix

import (
	"errors"
	"strings"
)

// errPattern stands for a pattern that says more than a list of values: another
// operator, a qualifier, several observations that belong together. Such a
// pattern is not read; a part of it would be a guess.
var errPattern = errors.New("pattern not read")

// Bounds of a pattern.
const (
	maxGroups = 2048 // alternatives
	maxTerms  = 64   // comparisons that hold together
	maxNested = 16   // parentheses
)

// term is one comparison: a property of a kind of object is equal to a text.
type term struct{ kind, path, text string }

// groups gives the alternatives of a pattern; the terms of one hold together.
func groups(pattern string) ([][]term, error) {
	p := &parser{s: pattern}
	p.space()
	var all [][]term
	for {
		if !p.take("[") {
			return nil, errPattern
		}
		g, err := p.either(0)
		if err != nil || !p.take("]") {
			return nil, errPattern
		}
		if all = append(all, g...); len(all) > maxGroups {
			return nil, errPattern
		}
		switch {
		case p.i == len(p.s):
			return all, nil
		case !p.word("OR"):
			return nil, errPattern
		}
	}
}

// parser reads a pattern (STIX 2.1, section 9) from front to back.
type parser struct {
	s string
	i int
}

func (p *parser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

// take takes a sign and the space after it.
func (p *parser) take(sign string) bool {
	if !strings.HasPrefix(p.s[p.i:], sign) {
		return false
	}
	p.i += len(sign)
	p.space()
	return true
}

// word takes a word that is not the beginning of a longer one.
func (p *parser) word(w string) bool {
	end := p.i + len(w)
	if !strings.HasPrefix(p.s[p.i:], w) || end < len(p.s) && name(p.s[end]) {
		return false
	}
	return p.take(w)
}

func name(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// either reads comparisons joined by OR.
func (p *parser) either(depth int) ([][]term, error) {
	all, err := p.both(depth)
	for err == nil && p.word("OR") {
		var more [][]term
		if more, err = p.both(depth); err == nil {
			all = append(all, more...)
		}
		if len(all) > maxGroups {
			return nil, errPattern
		}
	}
	return all, err
}

// both reads comparisons joined by AND, which binds closer.
func (p *parser) both(depth int) ([][]term, error) {
	all, err := p.part(depth)
	for err == nil && p.word("AND") {
		var more [][]term
		if more, err = p.part(depth); err == nil {
			all, err = product(all, more)
		}
	}
	return all, err
}

// product gives every alternative of a with every one of b.
func product(a, b [][]term) ([][]term, error) {
	if len(a)*len(b) > maxGroups {
		return nil, errPattern
	}
	var all [][]term
	for _, x := range a {
		for _, y := range b {
			g := append(append(make([]term, 0, len(x)+len(y)), x...), y...)
			if len(g) > maxTerms {
				return nil, errPattern
			}
			all = append(all, g)
		}
	}
	return all, nil
}

func (p *parser) part(depth int) ([][]term, error) {
	if p.take("(") {
		if depth == maxNested {
			return nil, errPattern
		}
		all, err := p.either(depth + 1)
		if err == nil && !p.take(")") {
			err = errPattern
		}
		return all, err
	}
	kind, path, ok := p.path()
	if !ok {
		return nil, errPattern
	}
	if p.word("IN") {
		return p.set(kind, path)
	}
	inside := strings.HasSuffix(kind, "-addr") && path == "value" && p.word("ISSUBSET")
	if !inside && !p.take("=") {
		return nil, errPattern
	}
	text, ok := p.literal()
	if !ok {
		return nil, errPattern
	}
	return [][]term{{{kind, path, text}}}, nil
}

// set reads ('a','b').
func (p *parser) set(kind, path string) ([][]term, error) {
	if !p.take("(") {
		return nil, errPattern
	}
	var all [][]term
	for {
		text, ok := p.literal()
		if !ok || len(all) == maxGroups {
			return nil, errPattern
		}
		all = append(all, []term{{kind, path, text}})
		if p.take(")") {
			return all, nil
		}
		if !p.take(",") {
			return nil, errPattern
		}
	}
}

// path reads type:property, with quoted steps and list places; the quotes are
// dropped.
func (p *parser) path() (kind, path string, ok bool) {
	from := p.i
	for p.i < len(p.s) && name(p.s[p.i]) {
		p.i++
	}
	kind = p.s[from:p.i]
	if kind == "" || p.i >= len(p.s) || p.s[p.i] != ':' {
		return "", "", false
	}
	p.i++
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '\'' || c == '"':
			end := strings.IndexByte(p.s[p.i+1:], c)
			if end < 0 {
				return "", "", false
			}
			b.WriteString(p.s[p.i+1 : p.i+1+end])
			p.i += end + 2
		case name(c) || c == '.' || c == '[' || c == ']' || c == '*':
			b.WriteByte(c)
			p.i++
		default:
			p.space()
			return kind, b.String(), b.Len() > 0
		}
	}
	return kind, b.String(), b.Len() > 0
}

// literal reads a quoted text or a whole number.
func (p *parser) literal() (string, bool) {
	if p.i < len(p.s) && p.s[p.i] == '\'' {
		var b strings.Builder
		for p.i++; p.i < len(p.s); p.i++ {
			switch c := p.s[p.i]; {
			case c == '\'':
				p.i++
				p.space()
				return b.String(), true
			case c == '\\' && p.i+1 < len(p.s):
				p.i++
				b.WriteByte(p.s[p.i])
			default:
				b.WriteByte(c)
			}
		}
		return "", false
	}
	from := p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
	text := p.s[from:p.i]
	ok := text != "" && (p.i == len(p.s) || !name(p.s[p.i]) && p.s[p.i] != '.')
	p.space()
	return text, ok
}
