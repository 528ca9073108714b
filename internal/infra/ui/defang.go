package ui

import (
	"strings"

	"entente/internal/core/value"
)

// Defang gives a value in the form in which pages show it, which nothing turns
// into a link and nobody opens by a slip: hxxps[://]evil[.]example/x,
// 192[.]0[.]2[.]7. kind is the word of the value's kind and text its canonical
// text. A text that is no value of that kind has all its dots and colons put
// in brackets. Characters that could deceive are made visible.
func Defang(kind, text string) string {
	k, ok := value.KindOf(kind)
	if !ok {
		return Visible(text)
	}
	v, err := value.Parse(k, text)
	if err != nil {
		return Visible(strings.NewReplacer(".", "[.]", ":", "[:]").Replace(text))
	}
	return Visible(v.Defang())
}
