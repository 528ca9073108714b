package sample

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"entente/internal/core/rsit"
)

const digestOf = "SHA-256 over one line per case, sorted by case key as bytes: key TAB owner TAB country TAB count TAB first TAB last LF; times in microseconds since 1970 UTC"

// truth closes the books. When list is not nil every case goes there, in order
// of its key, as a line of JSON.
func (l *ledger) truth(list io.Writer) (Truth, error) {
	t := Truth{Synthetic: true, Rules: "docs/data-model.md, version 1, bogons on", Feeds: map[string]Account{}, Files: l.files}
	t.Account.Account = Account{RejectedBy: map[string]int64{}, SuppressedBy: map[string]int64{}}
	for name, a := range l.feeds {
		t.Feeds[name] = *a
		t.Account.add(a)
	}
	for _, f := range l.files {
		if f.Quarantined {
			t.Account.Quarantined++
		}
	}
	for k, n := range l.days {
		day := time.Unix(k.day*86400, 0).UTC().Format(time.DateOnly)
		for i, c := range n {
			if c > 0 {
				t.ByDay = append(t.ByDay, DayCount{day, k.class.String(), outcomeWords[i], c})
			}
		}
	}
	slices.SortFunc(t.ByDay, func(a, b DayCount) int {
		return cmpStrings(a.Day, b.Day, a.Class, b.Class, a.Outcome, b.Outcome)
	})
	err := l.closeCases(&t, list)
	return t, err
}

func cmpStrings(pairs ...string) int {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] < pairs[i+1] {
			return -1
		}
		if pairs[i] > pairs[i+1] {
			return 1
		}
	}
	return 0
}

func (l *ledger) closeCases(t *Truth, list io.Writer) error {
	w := l.world
	c := Cases{Count: int64(len(l.cases.recs)), ByOwner: map[string]int64{}, ByCountry: map[string]int64{}, ByClass: map[string]int64{}, DigestOf: digestOf}
	l.cases.slots = nil // only order is needed from here on
	slices.SortFunc(l.cases.recs, func(a, b caseRec) int { return bytes.Compare(l.cases.text(&a), l.cases.text(&b)) })
	sum := sha256.New()
	out := bufio.NewWriterSize(sum, 64<<10)
	var lines *bufio.Writer
	if list != nil {
		lines = bufio.NewWriterSize(list, 256<<10)
	}
	byOwner, byCountry, byClass := make([]int64, len(w.owners)), make([]int64, len(w.words)), [256]int64{}
	var b []byte
	for i := range l.cases.recs {
		r := &l.cases.recs[i]
		byOwner[r.owner]++
		byCountry[r.country]++
		byClass[r.class]++
		key := l.cases.text(r)
		b = append(append(b[:0], key...), '\t')
		b = append(append(b, w.owners[r.owner]...), '\t')
		b = append(append(b, w.words[r.country]...), '\t')
		b = append(strconv.AppendUint(b, uint64(r.count), 10), '\t')
		b = append(strconv.AppendInt(b, r.first, 10), '\t')
		b = append(strconv.AppendInt(b, r.last, 10), '\n')
		if _, err := out.Write(b); err != nil {
			return err
		}
		if lines != nil {
			if err := writeCase(lines, key, w, r); err != nil {
				return err
			}
		}
	}
	out.Flush()
	c.Digest = hex.EncodeToString(sum.Sum(nil))
	for i, n := range byOwner {
		if n > 0 {
			c.ByOwner[w.owners[i]] = n
		}
	}
	for i, n := range byCountry {
		if n > 0 {
			c.ByCountry[w.words[i]] = n
			if i > 0 {
				t.Account.Countries++
			}
		}
	}
	for i, n := range byClass {
		if n > 0 {
			c.ByClass[rsit.Class(i).String()] = n
		}
	}
	t.Cases = c
	t.Account.CasesOpened = c.Count
	for owner := range c.ByOwner {
		if owner != poolOwner {
			t.Account.Owners++
		}
	}
	if lines != nil {
		return lines.Flush()
	}
	return nil
}

func writeCase(out *bufio.Writer, key []byte, w *world, r *caseRec) error {
	line, err := json.Marshal(struct {
		Key     string `json:"key"`
		Owner   string `json:"owner"`
		Country string `json:"country"`
		Count   uint32 `json:"count"`
		First   int64  `json:"first"`
		Last    int64  `json:"last"`
	}{string(key), w.owners[r.owner], w.words[r.country], r.count, r.first, r.last})
	if err != nil {
		return err
	}
	_, err = out.Write(append(line, '\n'))
	return err
}
