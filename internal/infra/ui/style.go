package ui

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
)

//go:embed style.css
var sheet string

// Sheet gives the style of a page that is one file and prints well: light and
// dark on the screen, light on paper. Every printed page carries the label at
// the top, beside the text head, and foot at the bottom with the page number;
// these stand in the margins of @page, which Chromium prints. Colours are kept on
// paper (the root says so; the margins take it from there): a label without its
// black ground would be yellow, green or white on white.
func Sheet(label Label, head, foot, pageOf string) string {
	before, after, _ := strings.Cut(pageOf, "{n}")
	middle, after, _ := strings.Cut(after, "{of}")
	const line = "font: 8.5pt system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; color: #14181F; vertical-align: middle;"
	return sheet + fmt.Sprintf(`@page {
  margin: 20mm 14mm 18mm;
  @top-left { content: %s; %s color: %s; background: #000000; font-weight: 700; font-size: 10pt; text-align: center; inline-size: 38mm; block-size: 7mm; margin-block: auto; }
  @top-right { content: %s; %s text-align: end; }
  @bottom-left { content: %s; %s text-align: start; }
  @bottom-right { content: %s counter(page) %s counter(pages) %s; %s text-align: end; }
}
`, cssString(label.String()), line, label.Colour(), cssString(head), line, cssString(foot), line,
		cssString(before), cssString(middle), cssString(after), line)
}

// Policy gives the content security policy of a page whose only style is
// sheet: nothing else may load or run.
func Policy(sheet string) string {
	sum := sha256.Sum256([]byte(sheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// cssString writes s as a CSS string that can end neither itself nor the
// element that holds it.
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range Visible(s) {
		switch r {
		case '"', '\\', '<', '>', '&', '\'':
			fmt.Fprintf(&b, "\\%06x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
