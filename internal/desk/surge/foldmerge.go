package surge

import (
	"cmp"
	"container/heap"
	"fmt"
)

// touchList walks one packed list.
type touchList struct {
	batch int64
	rest  []byte
	at    touch
}

// next steps to the list's next sighting; false at its end.
func (l *touchList) next() (bool, error) {
	if len(l.rest) == 0 {
		return false, nil
	}
	var err error
	if l.at, l.rest, err = unpackTouch(l.at, l.rest); err != nil {
		return false, fmt.Errorf("sightings of batch %d: %w", l.batch, err)
	}
	return true, nil
}

// touchMerge walks many packed lists as one, by number and source, each once.
// Its memory is that of the packed lists.
type touchMerge struct {
	lists []*touchList
	err   error
}

func (m *touchMerge) Len() int      { return len(m.lists) }
func (m *touchMerge) Swap(i, j int) { m.lists[i], m.lists[j] = m.lists[j], m.lists[i] }
func (m *touchMerge) Push(x any)    { m.lists = append(m.lists, x.(*touchList)) }
func (m *touchMerge) Less(i, j int) bool {
	a, b := &m.lists[i].at, &m.lists[j].at
	return cmp.Or(cmp.Compare(a.no, b.no), cmp.Compare(a.source, b.source)) < 0
}
func (m *touchMerge) Pop() any {
	last := m.lists[len(m.lists)-1]
	m.lists = m.lists[:len(m.lists)-1]
	return last
}

// add puts a list in; init must follow.
func (m *touchMerge) add(batch int64, data []byte) error {
	l := &touchList{batch: batch, rest: data}
	ok, err := l.next()
	if ok {
		m.lists = append(m.lists, l)
	}
	return err
}

func (m *touchMerge) init() { heap.Init(m) }

// next gives the next sighting, merged over all lists; false at the end or
// after an error.
func (m *touchMerge) next() (touch, bool) {
	if len(m.lists) == 0 || m.err != nil {
		return touch{}, false
	}
	out := m.take()
	for m.err == nil && len(m.lists) > 0 && m.lists[0].at.no == out.no && m.lists[0].at.source == out.source {
		t := m.take()
		out.merge(&t)
	}
	return out, m.err == nil
}

func (m *touchMerge) take() touch {
	top := m.lists[0]
	t := top.at
	ok, err := top.next()
	switch {
	case err != nil:
		m.err = err
	case ok:
		heap.Fix(m, 0)
	default:
		heap.Pop(m)
	}
	return t
}
