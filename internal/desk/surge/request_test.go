package surge

import (
	"bytes"
	"path/filepath"
	"testing"
)

// TestARunIsResumedByItsOwnRequestAlone: an unfinished run is found by its
// fingerprint, so two requests that are not the same must differ in it.
func TestARunIsResumedByItsOwnRequestAlone(t *testing.T) {
	whole, err := filepath.Abs("feeds")
	if err != nil {
		t.Fatal(err)
	}
	a, b := &kept{hash: [32]byte{1}, size: 9}, &kept{hash: [32]byte{2}, size: 9}
	folder, piped := Request{Paths: []string{"feeds"}}, Request{Paths: []string{"-"}}
	for _, c := range []struct {
		what        string
		left, right []byte
		same        bool
	}{
		{"a path and the same path whole", folder.fingerprint(1, nil), Request{Paths: []string{whole}}.fingerprint(1, nil), true},
		{"the same content piped twice", piped.fingerprint(1, a), piped.fingerprint(1, a), true},
		{"other content piped", piped.fingerprint(1, a), piped.fingerprint(1, b), false},
		{"another surge", folder.fingerprint(1, nil), folder.fingerprint(2, nil), false},
		{"another format", folder.fingerprint(1, nil), Request{Paths: []string{"feeds"}, Format: "list"}.fingerprint(1, nil), false},
	} {
		if bytes.Equal(c.left, c.right) != c.same {
			t.Errorf("%s: same run %v, want %v", c.what, !c.same, c.same)
		}
	}
}
