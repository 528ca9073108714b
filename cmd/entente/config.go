package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/value"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// config is entente.yaml. Every key has a default; flags go before the file.
type config struct {
	Data  string `koanf:"data"`  // data folder
	Store string `koanf:"store"` // "" = SQLite in the data folder, or postgres://...
	Node  struct {
		Name    string `koanf:"name"`
		Contact string `koanf:"contact"` // e-mail address that XARF reports name as their sender
	} `koanf:"node"`
	Geography struct {
		Dir  string `koanf:"dir"`  // folder made by `entente geo build`
		File string `koanf:"file"` // CSV: prefix,country,asn,network
	} `koanf:"geography"`
	Bogons string `koanf:"bogons"` // on or off
	// Deadlines are those that differ from the defaults, by life.DeadlineKeys.
	Deadlines map[string]map[string]string `koanf:"deadlines"`
	deadlines life.Deadlines
	// Retention is read by readRetention.
	Retention surge.Retention `koanf:"-"`
	LogLevel  string          `koanf:"log_level"`
}

var configKeys = []string{"data", "store", "node.name", "node.contact", "geography.dir", "geography.file", "bogons", "retention", "log_level"}

func defaults() config {
	var c config
	c.Data, c.Bogons, c.LogLevel, c.Node.Name = "data", "on", "warn", "entente"
	c.deadlines = life.DefaultDeadlines()
	return c
}

// loadConfig reads path, or entente.yaml in the working folder where it exists.
// An unknown key is refused, with the key that was probably meant.
func loadConfig(path string) (config, error) {
	c := defaults()
	name := path
	if name == "" {
		name = "entente.yaml"
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		if path == "" {
			return c, nil
		}
		return c, fault.Newf(fault.Usage, "check the path given with --config", "there is no file %s", name)
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(name), yaml.Parser()); err != nil {
		return c, fault.Wrap(fault.Invalid, err, filepath.Base(name)+" cannot be read", "it must be YAML; docs/configuration.md shows an example")
	}
	for _, key := range k.Keys() {
		if !slices.Contains(configKeys, key) && !slices.Contains(deadlineKeys, key) {
			return c, unknownKey(filepath.Base(name), key, slices.Concat(configKeys, deadlineKeys))
		}
	}
	if err := k.Unmarshal("", &c); err != nil {
		return c, fault.Wrap(fault.Invalid, err, filepath.Base(name)+" has a value of the wrong type", "docs/configuration.md lists the keys")
	}
	if _, err := value.ParseEmail(c.Node.Contact); c.Node.Contact != "" && err != nil {
		return c, fault.Wrap(fault.Invalid, err, filepath.Base(name)+": node.contact is no e-mail address", "write one address, such as abuse@example.org, or leave it empty")
	}
	changed := map[string]string{}
	for _, key := range deadlineKeys {
		if k.Exists(key) {
			changed[strings.TrimPrefix(key, "deadlines.")] = k.String(key)
		}
	}
	var err error
	if c.deadlines, err = life.ParseDeadlines(changed, filepath.Base(name)); err != nil {
		return c, err
	}
	c.Retention, err = readRetention(filepath.Base(name), k.Get("retention"))
	return c, err
}

// deadlineKeys are the keys of the deadlines.
var deadlineKeys = func() []string {
	keys := life.DeadlineKeys()
	for i := range keys {
		keys[i] = "deadlines." + keys[i]
	}
	return keys
}()

func unknownKey(file, key string, keys []string) error {
	best, dist := "", 4
	for _, k := range keys {
		if d := distance(key, k); d < dist {
			best, dist = k, d
		}
	}
	remedy := "the keys are " + strings.Join(keys, ", ")
	if best != "" {
		remedy = "did you mean \"" + best + "\"?"
	}
	return fault.Newf(fault.Invalid, remedy, "%s: %q is no key", file, key)
}

// distance is the Levenshtein distance of two short words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := prev
			if a[i-1] != b[j-1] {
				cost++
			}
			prev, row[j] = row[j], min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
