package csvrow

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// slow reads the row whose first line has n bytes, next with its line end,
// when fast could not: escaped quotes, quotes over several lines, NUL bytes. It
// consumes the row, or only its first line when it gives a RowError.
func (r *Reader) slow(n, next int) error {
	err := error(ErrText)
	if bytes.IndexByte(r.buf[r.start:r.start+n], 0) < 0 {
		err = r.readings(n, next)
	}
	if _, ok := err.(RowError); ok {
		r.raw = r.buf[r.start : r.start+min(n, rawMax)]
		r.consume(next, 1)
	}
	return err
}

// readings tries the ways in which a row may be meant, the likeliest first: on
// one line with \" as a quote, on one line with \ as itself, then the same over
// several lines.
func (r *Reader) readings(n, next int) error {
	line := r.buf[r.start : r.start+n]
	ways := []bool{false}
	if r.tolerant && bytes.Contains(line, []byte(`\"`)) {
		ways = []bool{true, false}
	}
	ragged := -1
	for i, escape := range ways {
		p := parse{r: r, escape: escape, n: n, next: next, lines: 1}
		switch err := p.run(); {
		case err == nil && r.fits():
			p.take()
			return nil
		case err == nil && ragged < 0:
			ragged = i
		}
	}
	if ragged >= 0 {
		p := parse{r: r, escape: ways[ragged], n: n, next: next, lines: 1}
		_ = p.run() // as above, without an error
		p.take()
		return nil
	}
	if r.offset < r.noSpan {
		return ErrQuote
	}
	if r.tolerant { // a later line may hold one
		ways = []bool{true, false}
	}
	var reached int64
	for _, escape := range ways {
		p := parse{r: r, escape: escape, span: true, n: n, next: next, lines: 1}
		err := p.run()
		if err == nil && r.fits() {
			p.take()
			return nil
		}
		if _, ok := err.(RowError); err != nil && !ok {
			return err
		}
		reached = max(reached, r.offset+int64(p.next))
	}
	r.noSpan = reached
	return ErrQuote
}

// fits tells whether the row just parsed has the width of the first one.
func (r *Reader) fits() bool { return r.width == 0 || len(r.ends) == r.width }

// parse is one attempt at a row. It leaves the fields' text in r.text, one
// byte between two, and their ends in r.ends.
type parse struct {
	r       *Reader
	escape  bool // \" is a quote
	span    bool // the row may go on in the next line
	from    int  // where the last line taken begins
	n, next int  // content and end of what was taken so far, from r.start
	lines   int64
}

// data gives the bytes taken so far. Taking more may move them.
func (p *parse) data() []byte { return p.r.buf[p.r.start : p.r.start+p.n] }

func (p *parse) run() error {
	r := p.r
	r.text, r.ends = r.text[:0], r.ends[:0]
	for at := 0; ; at++ {
		data := p.data()
		open := at
		for r.tolerant && open < p.n && data[open] == ' ' {
			open++
		}
		if open < p.n && data[open] == '"' {
			var err error
			if at, err = p.quoted(open + 1); err != nil {
				return err
			}
		} else {
			field := data[at:]
			if i := bytes.IndexByte(field, r.comma); i >= 0 {
				field = field[:i]
			}
			if !r.tolerant && bytes.IndexByte(field, '"') >= 0 {
				return ErrQuote
			}
			r.text = append(r.text, field...)
			at += len(field)
		}
		r.ends = append(r.ends, len(r.text))
		r.text = append(r.text, 0) // so that two fields never make one character
		if at >= p.n {
			return nil
		}
	}
}

// quoted reads a field from behind its opening quote. It gives the place of the
// separator behind it, or p.n.
func (p *parse) quoted(at int) (int, error) {
	r := p.r
	for {
		data := p.data()
		i := bytes.IndexByte(data[at:], '"')
		if i < 0 {
			r.text = append(r.text, data[at:]...)
			if err := p.more(); err != nil {
				return 0, err
			}
			r.text = append(r.text, '\n')
			at = p.from
			continue
		}
		q := at + i
		if p.escape && backslashes(data[at:q])%2 == 1 {
			r.text = append(append(r.text, data[at:q-1]...), '"')
			at = q + 1
			continue
		}
		r.text = append(r.text, data[at:q]...)
		at = q + 1
		if at < p.n && data[at] == '"' {
			r.text = append(r.text, '"')
			at++
			continue
		}
		after := at
		for r.tolerant && after < p.n && data[after] == ' ' {
			after++
		}
		if after == p.n || data[after] == r.comma {
			return after, nil
		}
		if !r.tolerant {
			return 0, ErrQuote
		}
		r.text = append(r.text, '"')
	}
}

// more takes one more line into the row.
func (p *parse) more() error {
	if !p.span {
		return ErrQuote
	}
	n, next, err := p.r.endOfLine(p.next)
	if _, ok := err.(RowError); ok || err == io.EOF {
		return ErrQuote
	}
	if err != nil {
		return err
	}
	if bytes.IndexByte(p.r.buf[p.r.start+p.next:p.r.start+n], 0) >= 0 {
		return ErrText
	}
	p.from, p.n, p.next = p.next, n, next
	p.lines++
	return nil
}

// take makes the parsed row the reader's row and consumes it.
func (p *parse) take() {
	r := p.r
	r.fields = r.fields[:0]
	text := string(r.text)
	valid := utf8.ValidString(text)
	from := 0
	for _, end := range r.ends {
		field := text[from:end]
		if !valid {
			field = strings.ToValidUTF8(field, "\uFFFD")
		}
		r.fields = append(r.fields, field)
		from = end + 1
	}
	r.raw = r.buf[r.start : r.start+min(p.n, rawMax)]
	r.consume(p.next, p.lines)
}

// backslashes counts the backslashes at the end of b.
func backslashes(b []byte) int {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n
}
