package main

import (
	"fmt"
	"io"
	"net/netip"

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
		RunE: func(_ *cobra.Command, args []string) error {
			for _, text := range args {
				v, err := anyValue(text)
				if err != nil {
					return err
				}
				id, _ := v.STIXID()
				if s.flags.json {
					if err := s.printJSON(map[string]string{"kind": v.Kind().String(), "value": v.String(), "stix_id": id}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(s.stdout, "%s\t%s\t%s\n", v.Kind(), s.shown(v), id)
			}
			return nil
		},
	}
	extract := &cobra.Command{
		Use:   "extract < TEXT",
		Short: "Find all values in free text, live or defanged",
		Args:  exactly(0, "no argument; it reads standard input"),
		RunE: func(*cobra.Command, []string) error {
			text, err := io.ReadAll(io.LimitReader(s.stdin, 64<<20))
			if err != nil {
				return err
			}
			found := value.Extract(text)
			if len(found.Found) == 0 {
				return errNothing
			}
			for _, f := range found.Found {
				if s.flags.json || s.flags.jsonl {
					if err := s.printJSON(map[string]any{"kind": f.Value.Kind().String(), "value": f.Value.String(), "start": f.Start, "end": f.End}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(s.stdout, "%d\t%s\t%s\n", f.Start, f.Value.Kind(), s.shown(f.Value))
			}
			return nil
		},
	}
	return group("value", "Values: what they are, and finding them in text", show, extract)
}

// guesses is the order in which a text of unknown kind is tried.
var guesses = []value.Kind{value.IPv4, value.IPv6, value.CIDR, value.CVE, value.MD5, value.SHA1, value.SHA256, value.SHA512,
	value.MAC, value.Onion, value.Bitcoin, value.Ethereum, value.Monero, value.Email, value.URL, value.Domain, value.FileName}

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
	_, err := sharing.ParseTLP(text)
	return err
}
