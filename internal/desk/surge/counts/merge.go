package counts

import (
	"container/heap"
	"fmt"
)

// list is one batch's waiting list.
type list struct {
	batch int64
	walker
}

// merge walks many packed lists as one, in order, each case and source once. Its
// memory is that of the packed lists.
type merge struct {
	lists []*list
	err   error
}

func (m *merge) Len() int           { return len(m.lists) }
func (m *merge) Swap(i, j int)      { m.lists[i], m.lists[j] = m.lists[j], m.lists[i] }
func (m *merge) Push(x any)         { m.lists = append(m.lists, x.(*list)) }
func (m *merge) Less(i, j int) bool { return m.lists[i].at.Less(&m.lists[j].at) }
func (m *merge) Pop() any {
	last := m.lists[len(m.lists)-1]
	m.lists = m.lists[:len(m.lists)-1]
	return last
}

// add puts a list in; init must follow.
func (m *merge) add(batch int64, data []byte) error {
	l := &list{batch, walker{rest: data}}
	ok, err := l.next()
	if ok {
		m.lists = append(m.lists, l)
	}
	return err
}

func (m *merge) init() { heap.Init(m) }

// next gives the next count, merged over all lists; false at the end or after an
// error.
func (m *merge) next() (Count, bool) {
	if len(m.lists) == 0 || m.err != nil {
		return Count{}, false
	}
	out := m.take()
	for m.err == nil && len(m.lists) > 0 && m.lists[0].at.No == out.No && m.lists[0].at.Source == out.Source {
		c := m.take()
		out.Merge(&c)
	}
	return out, m.err == nil
}

func (m *merge) take() Count {
	top := m.lists[0]
	c := top.at
	ok, err := top.next()
	switch {
	case err != nil:
		m.err = fmt.Errorf("sightings of batch %d: %w", top.batch, err)
	case ok:
		heap.Fix(m, 0)
	default:
		heap.Pop(m)
	}
	return c
}
