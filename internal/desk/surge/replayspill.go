package surge

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

const (
	spillParts = 256     // files of a spill: each is held in memory alone
	spillHeld  = 4 << 20 // bytes of a spill that wait in memory
)

// spill keeps records of one width by the first byte of a key that is spread evenly,
// so that what has one key is met together in bounded memory. What is more than a
// few megabytes goes to temporary files.
type spill struct {
	path  string
	width int
	wait  [spillParts][]byte
	held  int
	files [spillParts]*os.File
}

func newSpill(dir, name string, width int) *spill {
	return &spill{path: filepath.Join(dir, name), width: width}
}

// put keeps a record in a part.
func (s *spill) put(part byte, record []byte) error {
	s.wait[part] = append(s.wait[part], record...)
	if s.held += len(record); s.held < spillHeld {
		return nil
	}
	for i, b := range s.wait {
		if len(b) == 0 {
			continue
		}
		if s.files[i] == nil {
			f, err := os.OpenFile(s.path+strconv.Itoa(i), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			s.files[i] = f
		}
		if _, err := s.files[i].Write(b); err != nil {
			return err
		}
		s.wait[i] = b[:0]
	}
	s.held = 0
	return nil
}

// part reads all records of a part.
func (s *spill) part(i int) ([]byte, error) {
	if s.files[i] == nil {
		return s.wait[i], nil
	}
	text, err := io.ReadAll(io.NewSectionReader(s.files[i], 0, 1<<62))
	return append(text, s.wait[i]...), err
}

func (s *spill) close() (err error) {
	for _, f := range s.files {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}
