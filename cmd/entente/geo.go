package main

import (
	"fmt"
	"net/netip"

	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) geoCommand() *cobra.Command {
	var out string
	build := &cobra.Command{
		Use:   "build FOLDER",
		Short: "Make network data of the unpacked npm packages in FOLDER",
		Long: `Make the folder of network data that ingest uses: the country of every address,
its network and the network's name. FOLDER holds the unpacked npm packages
@ip-location-db/geo-whois-asn-country-mmdb and @ip-location-db/asn; ` + "`make geo`" + `
fetches both and calls this. docs/geography.md says more.`,
		Example: `  entente geo build var/geo-packages --out var/geo`,
		Args:    exactly(1, "the folder of the packages"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := out
			if dir == "" {
				dir = s.geoDir()
			}
			if err := locate.BuildFromNPM(cmd.Context(), args[0], dir, s.now()); err != nil {
				return err
			}
			return s.did(map[string]string{"folder": dir}, "entente: network data in %s", dir)
		},
	}
	build.Flags().StringVar(&out, "out", "", "`folder` to write (default: where ingest looks)")
	var geo string
	show := &cobra.Command{
		Use:   "show [ADDRESS...]",
		Short: "Say which network data are in use, or where addresses lie",
		Example: `  entente geo show
  entente geo show 192.0.2.7 2001:db8::1`,
		RunE: func(cmd *cobra.Command, args []string) error {
			g, err := s.openGeo(geo)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return s.showGeography(g.Describe())
			}
			return s.showPlaces(g, args)
		},
	}
	show.Flags().StringVar(&geo, "geo", "", "geography `file` instead of the network data")
	return group("geo", "Network data: where an address belongs", build, show)
}

// showGeography says which data are in use and how old they are.
func (s *session) showGeography(d locate.Description) error {
	if s.flags.json || s.flags.jsonl {
		return s.printJSON(map[string]any{"data": d.String(), "warnings": d.Warnings})
	}
	if _, err := fmt.Fprintln(s.stdout, d.String()); err != nil {
		return err
	}
	for _, w := range d.Warnings {
		s.say("entente: %s", w)
	}
	return nil
}

// placeForm is where an address lies, as JSON.
type placeForm struct {
	Address string `json:"address"`
	Country string `json:"country"`
	ASN     uint32 `json:"asn"`
	Prefix  string `json:"prefix"`
	Network string `json:"network"`
}

func (s *session) showPlaces(g *locate.Geography, args []string) error {
	found := false
	p := s.sheet("places", "address", "country", "asn", "prefix", "network")
	for _, text := range args {
		addr, err := parseAddr(text)
		if err != nil {
			return err
		}
		l, ok := g.Lookup(addr)
		found = found || ok
		f := placeForm{s.defang(addr.String()), l.Country, l.ASN, l.Prefix, l.Network}
		number := ""
		if f.ASN != 0 {
			number = asn(f.ASN)
		}
		if err := p.add(f, f.Address, f.Country, number, f.Prefix, source.Display(f.Network)); err != nil {
			return err
		}
	}
	if err := p.end(); err != nil {
		return err
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
