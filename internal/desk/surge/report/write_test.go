package report

import (
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	got := write(t, sample(), sampleOptions(dir))
	if got.Countries != 2 || got.Owners != 4 || got.Cases != 9 || got.Observations != 28 {
		t.Errorf("%+v", got)
	}
}
