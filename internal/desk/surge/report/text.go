package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed text/en.yaml
var englishText []byte

// texts are the words of the pages in one language. Another language is
// another file of the same form.
type texts struct {
	Lang  string               `yaml:"lang"`
	Dir   string               `yaml:"dir"`
	Page  map[string]string    `yaml:"page"`
	Class map[string]classText `yaml:"class"`
}

// classText is what a page says of a class: what it is, what to do, and how
// to see that it worked.
type classText struct {
	Title string   `yaml:"title"` // as a heading
	One   string   `yaml:"one"`   // in a sentence, one case
	Many  string   `yaml:"many"`  // in a sentence, several
	What  string   `yaml:"what"`
	Do    []string `yaml:"do"`
	Check []string `yaml:"check"`
}

// english gives the English texts, which are part of the program: that they
// can be read is tested, so a failure here is a broken build.
func english() *texts {
	t, err := parseTexts(englishText)
	if err != nil {
		panic(err)
	}
	return t
}

func parseTexts(b []byte) (*texts, error) {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	t := &texts{}
	if err := d.Decode(t); err != nil {
		return nil, fmt.Errorf("read the texts of the report: %w", err)
	}
	return t, nil
}

// say gives a text with its {names} filled in: say("cases", "n", "12"). What is
// filled in is not looked at again, so a name from outside fills nothing.
func (t *texts) say(key string, fill ...string) string {
	s, ok := t.Page[key]
	if !ok {
		return "[" + key + "]"
	}
	if len(fill) == 0 {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, _ := strings.Cut(after, "}")
		for i := 0; i+1 < len(fill); i += 2 {
			if fill[i] == name {
				b.WriteString(fill[i+1])
			}
		}
		s = rest
	}
}

// plural is say of key+"-one" or key+"-many", with n filled in.
func (t *texts) plural(key string, n int64, fill ...string) string {
	if n == 1 {
		key += "-one"
	} else {
		key += "-many"
	}
	return t.say(key, append(fill, "n", count(n))...)
}
