package main

import (
	"io"
	"net/netip"
	"strconv"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/sharing"
	"entente/internal/core/value"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) valueCommand() *cobra.Command {
	show := &cobra.Command{
		Use:   "show TEXT...",
		Short: "Say what a value is: kind, canonical form, STIX id",
		Args:  atLeastOne("a value"),
		Example: `  entente value show 'hxxps[://]evil[.]example[.]org/a'
  entente value show 192.0.2.7 AS64496 --json`,
		RunE: func(_ *cobra.Command, args []string) error {
			p := s.sheet("values", "kind", "value", "stix_id")
			for _, text := range args {
				v, err := anyValue(text)
				if err != nil {
					return err
				}
				id, _ := v.STIXID()
				if err := p.add(valueForm{Kind: v.Kind().String(), Value: s.shown(v), STIX: id}, v.Kind().String(), s.shown(v), id); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
	extract := &cobra.Command{
		Use:   "extract",
		Short: "Find all values in a text on standard input, live or defanged",
		Long: `Find all values in a text on standard input, live or defanged. START and END are
byte offsets. A text of more than 64 MiB is cut there.`,
		Example: `  entente value extract < report.txt
  pdftotext report.pdf - | entente value extract --csv`,
		Args: exactly(0, "no argument; it reads standard input"),
		RunE: func(*cobra.Command, []string) error {
			text, err := io.ReadAll(io.LimitReader(s.stdin, 64<<20))
			if err != nil {
				return err
			}
			p := s.sheet("values", "start", "end", "kind", "value")
			for _, f := range value.Extract(text).Found {
				form := foundForm{f.Value.Kind().String(), s.shown(f.Value), f.Start, f.End}
				if err := p.add(form, strconv.Itoa(f.Start), strconv.Itoa(f.End), form.Kind, form.Value); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
	return group("value", "Values: what they are, and finding them in text", show, extract)
}

// valueForm is a value as JSON.
type valueForm struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	STIX  string `json:"stix_id,omitempty"`
}

// foundForm is a value found in a text as JSON.
type foundForm struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// guesses is the order in which a text of unknown kind is tried.
var guesses = []value.Kind{value.IPv4, value.IPv6, value.CIDR, value.CVE, value.MD5, value.SHA1, value.SHA256, value.SHA512,
	value.MAC, value.Onion, value.Bitcoin, value.Ethereum, value.Monero, value.Email, value.URL, value.Domain}

// anyValue parses a text of unknown kind, live or defanged.
func anyValue(text string) (value.Value, error) {
	live := value.Refang(text)
	for _, k := range guesses {
		if v, err := value.Parse(k, live); err == nil {
			return v, nil
		}
	}
	if len(live) > 2 && (live[0] == 'A' || live[0] == 'a') {
		if v, err := value.ParseASN(live); err == nil {
			return v, nil
		}
	}
	// Nearly every text could name a file; only one with an ending is taken for it.
	if i := strings.LastIndexByte(live, '.'); i > 0 && i < len(live)-1 {
		if v, err := value.Parse(value.FileName, live); err == nil {
			return v, nil
		}
	}
	return value.Value{}, fault.Newf(fault.Usage, "give an address, a network, a domain, a URL, a hash, an e-mail or a wallet", "%q is no value", source.Display(text))
}

// shown gives a value as people see it: defanged unless --live.
func (s *session) shown(v value.Value) string {
	if s.flags.live {
		return v.String()
	}
	return v.Defang()
}

// defang gives the text of a value as people see it.
func (s *session) defang(text string) string {
	if v, err := anyValue(text); err == nil {
		return s.shown(v)
	}
	return source.Display(text)
}

func parseAddr(text string) (netip.Addr, error) {
	v, err := value.ParseIP(value.Refang(text))
	if err != nil {
		return netip.Addr{}, fault.Newf(fault.Usage, "for example 192.0.2.7", "%q is no address", source.Display(text))
	}
	return v.Addr(), nil
}

func checkLabel(text string) error {
	if _, err := sharing.ParseTLP(text); err != nil {
		return &usageError{err}
	}
	return nil
}
