package main

import (
	"fmt"
	"net/netip"

	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"

	"github.com/spf13/cobra"
)

func (s *session) geoCommand() *cobra.Command {
	var out string
	build := &cobra.Command{
		Use:   "build FOLDER --out DIR",
		Short: "Make network data of the unpacked npm packages in FOLDER",
		Long: `Make the folder of network data that ingest uses: the country of every address,
its network and the network's name. FOLDER holds the unpacked npm packages
@ip-location-db/geo-whois-asn-country-mmdb and @ip-location-db/asn.

` + "`make geo`" + ` fetches both and calls this.`,
		Args: exactly(1, "the folder of the packages"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := out
			if dir == "" {
				dir = s.geoDir()
			}
			if err := locate.BuildFromNPM(cmd.Context(), args[0], dir, s.now()); err != nil {
				return err
			}
			s.say("entente: network data in %s", dir)
			return nil
		},
	}
	build.Flags().StringVar(&out, "out", "", "`folder` to write (default: where ingest looks)")
	var geo string
	show := &cobra.Command{
		Use:   "show [ADDRESS...]",
		Short: "Say which network data are in use, or where addresses lie",
		RunE: func(cmd *cobra.Command, args []string) error {
			g, err := s.openGeo(geo)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				fmt.Fprintln(s.stdout, g.Describe().String())
				for _, w := range g.Describe().Warnings {
					s.say("entente: %s", w)
				}
				return nil
			}
			return s.showPlaces(g, args)
		},
	}
	show.Flags().StringVar(&geo, "geo", "", "geography `file` instead of the network data")
	return group("geo", "Network data: which country and network an address belongs to", build, show)
}

func (s *session) showPlaces(g *locate.Geography, args []string) error {
	type place struct {
		Address string `json:"address"`
		Country string `json:"country"`
		ASN     uint32 `json:"asn"`
		Prefix  string `json:"prefix"`
		Network string `json:"network"`
	}
	found := false
	var list []place
	for _, text := range args {
		addr, err := parseAddr(text)
		if err != nil {
			return err
		}
		p, ok := g.Lookup(addr)
		found = found || ok
		list = append(list, place{addr.String(), p.Country, p.ASN, p.Prefix, p.Network})
	}
	if s.flags.json {
		return s.printJSON(list)
	}
	for _, p := range list {
		fmt.Fprintf(s.stdout, "%s\t%s\tAS%d\t%s\t%s\n", s.defang(p.Address), orUnknown(p.Country), p.ASN, orUnknown(p.Prefix), orUnknown(p.Network))
	}
	if !found {
		return errNothing
	}
	return nil
}

// openGeo opens the network data: a geography file, or the folder.
func (s *session) openGeo(file string) (*locate.Geography, error) {
	if file == "" {
		file = s.config.Geography.File
	}
	cfg := locate.Config{CSV: file, Now: s.now(), Special: func(a netip.Addr) bool { return judge.Bogon(a) != "" }}
	if file == "" {
		cfg.Dir = s.geoDir()
	}
	g, err := locate.Open(cfg)
	if err != nil {
		return nil, err
	}
	s.onClose(func() { g.Close() })
	return g, nil
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}
