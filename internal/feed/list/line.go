package list

import "bytes"

// parts are the parts of one line, pointing into it.
type parts struct {
	first   []byte // the entry
	rest    []byte // other columns
	comment []byte // after a sign of comment that follows a space
	nul     bool
}

// split takes a line apart. entry is false for blank lines and comments, which
// are no rows.
func split(line []byte) (l parts, entry bool) {
	line = trim(line)
	if len(line) == 0 {
		return l, false
	}
	switch line[0] {
	case '#', ';', '!':
		return l, false
	case '/':
		if len(line) > 1 && line[1] == '/' {
			return l, false
		}
	case '"':
		if end := bytes.IndexByte(line[1:], '"'); end > 0 {
			l.first, l.rest = trim(line[1:1+end]), line[end+2:]
			l.finish()
			return l, len(l.first) > 0
		}
	}
	end := firstEnd(line)
	l.first, l.rest = line[:end], line[end:]
	if len(l.rest) > 0 {
		l.finish()
	}
	l.nul = bytes.IndexByte(l.first, 0) >= 0
	return l, true
}

// firstEnd finds where the first column ends. After a slash, commas and the
// like belong to a URL's path, but not where digits follow (a network).
func firstEnd(line []byte) int {
	slash := -1
	for i, c := range line {
		switch c {
		case ' ', '\t':
			return i
		case '/':
			if slash < 0 {
				slash = i
			}
		case ',', ';', '|':
			if slash < 0 || i-slash <= 4 && i-slash > 1 && digits(line[slash+1:i]) {
				if c == '|' && i < 2 {
					continue // "||example.org^" of blocker lists
				}
				return i
			}
		}
	}
	return len(line)
}

// finish finds the comment in rest and trims the columns.
func (l *parts) finish() {
	r := l.rest
	for i := 0; i < len(r); i++ {
		c := r[i]
		if c != '#' && c != ';' && !(c == '/' && i+1 < len(r) && r[i+1] == '/') {
			continue
		}
		if i == 0 || r[i-1] == ' ' || r[i-1] == '\t' {
			l.comment = bytes.Trim(r[i:], "#;/ \t")
			r = r[:i]
			break
		}
	}
	if len(r) > 0 {
		l.rest = bytes.Trim(r, " \t,;|")
	} else {
		l.rest = nil
	}
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// trim drops white space at both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && space(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && space(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' }

// hosts tells whether a line's first column is an address to which hosts files
// turn names.
func hosts(first []byte) bool {
	switch string(first) {
	case "0.0.0.0", "127.0.0.1", "127.0.1.1", "::", "::1", "255.255.255.255", "fe80::1%lo0", "ff00::0", "ff02::1", "ff02::2", "ff02::3":
		return true
	}
	return false
}

// own tells whether a name of a hosts file is one that every machine has.
func own(name []byte) bool {
	switch string(bytes.ToLower(name)) {
	case "localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet",
		"ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts", "localhost6", "localhost6.localdomain6", "0.0.0.0":
		return true
	}
	return false
}
