package surge

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"net/netip"
	"strconv"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/desk/surge/locate"
	"entente/internal/feed"
)

// CaseID is HMAC-SHA-256(node secret, case key), cut to 16 bytes.
type CaseID [16]byte

const keyVersion = "1"

const sep = 0x1f // U+001F between the fields of a case key

// keyer makes case keys and ids by the rules of docs/data-model.md. It is not
// safe for several goroutines.
type keyer struct {
	mac hash.Hash
	buf []byte
	sum [sha256.Size]byte
}

func newKeyer(secret [32]byte) *keyer {
	return &keyer{mac: hmac.New(sha256.New, secret[:])}
}

// asset is what a case is about, as it is shown.
type asset struct {
	kind, value string
	port        uint16
}

// key gives the text of the case key and the asset that the case is about. The
// bytes are valid until the next call.
func (k *keyer) key(o *feed.Observation, at *locate.Located, owner, country string, held bool) ([]byte, asset) {
	rule := o.Class.Rule()
	switch rule {
	case rsit.ByURL:
		if kind := o.Value.Kind(); kind == value.URL || kind == value.Domain || kind == value.Email {
			return k.urlKey(o, at.Host)
		}
	case rsit.ByNetwork:
		if at.Addr.IsValid() {
			return k.networkKey(o, at, owner, country, held)
		}
	}
	text := o.Value.String()
	b := k.begin(o.Class)
	b = append(b, text...)
	b = append(b, sep)
	if o.Port != 0 {
		b = strconv.AppendUint(b, uint64(o.Port), 10)
	}
	b = append(b, sep)
	b = append(b, o.Family...)
	k.buf = b
	return b, asset{o.Value.Kind().String(), text, o.Port}
}

func (k *keyer) begin(c rsit.Class) []byte {
	b := append(k.buf[:0], keyVersion...)
	b = append(b, sep)
	b = append(b, c.String()...)
	return append(b, sep)
}

func (k *keyer) urlKey(o *feed.Observation, host value.Value) ([]byte, asset) {
	kind, text := o.Value.Kind().String(), ""
	if host.Kind() == value.Domain {
		domain, shared := value.Registrable(host.String())
		if shared {
			text = o.Value.String()
		} else {
			kind, text = value.Domain.String(), domain
		}
	} else if !host.IsZero() {
		kind, text = host.Kind().String(), host.String()
	} else {
		text = o.Value.String()
	}
	b := append(k.begin(o.Class), text...)
	b = append(b, sep, sep)
	b = append(b, o.Family...)
	k.buf = b
	return b, asset{kind, text, 0}
}

func (k *keyer) networkKey(o *feed.Observation, at *locate.Located, owner, country string, held bool) ([]byte, asset) {
	net := networkOf(at.Addr, at.ASN)
	b := append(k.begin(o.Class), owner...)
	b = append(b, sep)
	b = append(b, country...)
	b = append(b, sep)
	b = append(b, net...)
	b = append(b, sep)
	b = append(b, o.Family...)
	if held {
		b = append(b, sep)
		b = append(b, "held"...)
	}
	k.buf = b
	return b, asset{"network", net, 0}
}

// networkOf names the network of a case by network: the AS, else /24 or /48.
func networkOf(addr netip.Addr, asn uint32) string {
	if asn != 0 {
		return "AS" + strconv.FormatUint(uint64(asn), 10)
	}
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return addr.String()
	}
	return p.String()
}

// id gives the case id of a key.
func (k *keyer) id(key []byte) CaseID {
	k.mac.Reset()
	k.mac.Write(key)
	var id CaseID
	copy(id[:], k.mac.Sum(k.sum[:0]))
	return id
}

// printable drops control characters: in a family they could forge the fields of
// a case key.
func printable(word string) string {
	for i := 0; i < len(word); i++ {
		if word[i] < ' ' || word[i] == 0x7f {
			return strings.Map(func(c rune) rune {
				if c < ' ' || c == 0x7f {
					return -1
				}
				return c
			}, word)
		}
	}
	return word
}
