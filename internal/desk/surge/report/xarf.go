package report

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/ui"
)

// xarfVersion is the version of the schemas that reports are written for.
const xarfVersion = "4.2.0"

const xarfName = "xarf.jsonl"

// maxEvidence is the longest row of a producer that goes out as evidence.
const maxEvidence = 256 << 10

// xarfWriter writes observations as reports of XARF 4. What XARF calls a report
// is one incident: one source, one port, one time. So there is one for each
// observation, not for each case, whose hosts would otherwise be nameless.
//
// XARF asks who reports, with an address to write to. A node that has none
// writes no reports.
type xarfWriter struct {
	ns      [16]byte // the node's own namespace
	who     string   // reporter and sender as JSON
	written int64
	without int64 // observations that no type of XARF can say
	buf     []byte
}

// newXARF gives the writer, nil where the node has no contact. The contact is
// checked before.
func newXARF(opt *Options) *xarfWriter {
	if opt.Contact == "" {
		return nil
	}
	id := nodeIdentity(opt.NodeID)
	domain := opt.Contact[strings.LastIndexByte(opt.Contact, '@')+1:]
	org := opt.Node
	if org == "" {
		org = "unnamed node"
	}
	who := appendJSONField(append([]byte(`{"org":`), appendJSON(nil, clip(org, 200))...), "contact", opt.Contact)
	who = append(appendJSONField(who, "domain", domain), '}')
	return &xarfWriter{ns: uuid5(ownNamespace, id[:]), who: string(who)}
}

// checkContact reads the address that reports name as their sender.
func checkContact(contact string) (string, error) {
	if contact == "" {
		return "", nil
	}
	v, err := value.ParseEmail(contact)
	if err != nil || strings.HasSuffix(v.String(), ".onion") {
		return "", fault.Newf(fault.Invalid, "write one address, such as abuse@example.org, at node.contact", "%.80q is no e-mail address that a report can name", contact)
	}
	return v.String(), nil
}

// line gives the report of an observation, valid until the next call; nil where
// there is none. The writer counts both.
func (x *xarfWriter) line(r *eventlog.Row) []byte {
	if x == nil {
		return nil
	}
	b, ok := x.append(x.buf[:0], r)
	x.buf = b
	if !ok {
		x.without++
		return nil
	}
	x.written++
	return b
}

func (x *xarfWriter) append(b []byte, r *eventlog.Row) ([]byte, bool) {
	source := sourceOf(r)
	at := r.Observed
	if at == 0 {
		at = r.Snapshot
	}
	kind, ok := xarfType(r, source)
	if !ok || source == "" || at == 0 {
		return b, false
	}
	b = append(b, `{"xarf_version":"`+xarfVersion+`","report_id":"`...)
	b = appendUUID(b, x.id(r, source))
	b = append(b, `","timestamp":"`...)
	b = appendTime(b, at, 0, "Z")
	b = append(append(b, `","reporter":`...), x.who...)
	b = append(append(b, `,"sender":`...), x.who...)
	b = appendJSONField(b, "source_identifier", source)
	if r.Port != 0 {
		b = appendJSONNumber(b, "source_port", int64(r.Port))
	}
	b = appendJSONField(b, "category", kind.category)
	b = appendJSONField(b, "type", kind.name)
	for _, f := range kind.fields {
		b = appendJSONField(b, f[0], f[1])
	}
	if kind.port {
		b = appendJSONNumber(b, "service_port", int64(r.Port))
	}
	if kind.seen {
		b = appendTime(append(b, `,"first_seen":"`...), at, 0, "Z")
		b = append(b, '"')
	}
	class, _ := rsit.Parse(r.Class)
	b = appendJSONField(b, "description", clip(class.Title()+", as reported by "+r.Feed, 1000))
	label := ui.ParseLabel(r.Label)
	b = append(append(b, `,"tags":["tlp:`...), strings.ToLower(label.Word())...)
	b = append(append(b, `","rsit:`...), r.Class...)
	b = appendID(append(b, `","case:`...), r.Case)
	b = append(b, `"]`...)
	return append(evidence(b, r, label), "}\n"...), true
}

// id is a version 5 UUID of the case and of the place of the observation in what
// was read: the same observation has the same id in every report.
func (x *xarfWriter) id(r *eventlog.Row, source string) [16]byte {
	var room [512]byte
	name := append(room[:0], "xarf|"...)
	name = append(hex.AppendEncode(name, r.Case[:]), '|')
	name = append(hex.AppendEncode(name, r.Raw[:]), '|')
	for _, n := range []int64{r.Line, r.Observed, r.Snapshot, int64(r.Port)} {
		name = append(strconv.AppendInt(name, n, 10), '|')
	}
	name = append(append(append(name, r.Feed...), '|'), r.Class...)
	return uuid5(x.ns, append(append(append(name, '|'), source...), r.Value...))
}

// evidence appends what the producer said besides, where the label lets the
// receiver hand it on to the clients whom a report is forwarded to. It is
// withheld from AMBER+STRICT on.
func evidence(b []byte, r *eventlog.Row, label ui.Label) []byte {
	if len(r.Details) == 0 || len(r.Details) > maxEvidence || label >= ui.AmberStrict {
		return b
	}
	sum := sha256.Sum256(r.Details)
	b = append(b, `,"evidence":[{"content_type":"application/json","description":"what else the source's row says","payload":"`...)
	b = base64.StdEncoding.AppendEncode(b, r.Details)
	b = hex.AppendEncode(append(b, `","hash":"sha256:`...), sum[:])
	b = append(b, '"')
	return append(appendJSONNumber(b, "size", int64(len(r.Details))), "}]"...)
}

// sourceOf names what acts: the address, name or mailbox; of a URL the address
// of its host where it is known, else the host. "" for what names no source,
// such as a hash.
func sourceOf(r *eventlog.Row) string {
	switch r.Kind {
	case "ipv4", "ipv6", "domain", "onion", "email":
		return r.Value
	case "url":
		if r.Addr.IsValid() {
			return r.Addr.String()
		}
		if u, err := url.Parse(r.Value); err == nil && u.IsAbs() {
			return u.Hostname()
		}
	}
	return ""
}

// isAddr tells whether a source is an address: some types ask for a port then.
func isAddr(source string) bool {
	_, err := netip.ParseAddr(source)
	return err == nil
}

// clip cuts a text after so many characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
