package report

import (
	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/infra/ui"
)

// bundle writes one folder's cases as a STIX 2.1 bundle, streamed.
//
// A case is an observed-data object with the observables that were seen, their
// time span and number. Where the asset serves a crime (c2-server, phishing,
// malware-distribution ...) there is an indicator besides, based on the
// observed data, and what it indicates if the family is known. Where the asset
// is a victim there is none, because a victim on a block list is harmed twice;
// a family or CVE is then a sighting of it at the owner.
//
// Ids of observables are those that STIX prescribes; the others are hashes of
// the node and the case, so the same case has one id in every bundle.
type bundle struct {
	out     *file
	buf     []byte
	ns      [16]byte // the node's own namespace
	node    string   // "identity--..."
	now     int64
	seen    idSet
	labels  [ui.Red + 1]bool
	marks   [ui.Red + 1]string // `,"object_marking_refs":[...]` of each label
	objects int
	stixObject
}

// fixed is the time of creation of objects that stand for a name (a family, a
// network's owner), not for an event: it must be the same in every bundle.
const fixed = "2026-01-01T00:00:00.000Z"

func (w *writer) openBundle(path string, by Grouping, group string) (*bundle, error) {
	out, err := w.stage.create(path + "/bundle.json")
	if err != nil {
		return nil, err
	}
	id := nodeIdentity(w.opt.NodeID)
	b := &bundle{out: out, now: w.opt.Now.UnixMicro(), ns: uuid5(ownNamespace, id[:])}
	b.node = string(appendUUID([]byte("identity--"), id))
	for l := range b.marks {
		b.marks[l] = `,"object_marking_refs":["` + markingID(ui.Label(l)) + `"]`
	}
	word := "country|"
	if by == ByOwner {
		word = "owner|"
	}
	scope := uuid5(b.ns, []byte("bundle|"+word+group+"|"+w.opt.Surge+"|"+w.opt.Now.Format("20060102T150405.000000Z")))
	b.buf = append(b.buf, `{"type":"bundle","id":"bundle--`...)
	b.buf = appendUUID(b.buf, scope)
	b.buf = append(b.buf, `","objects":[`...)
	b.identity(b.node, w.opt.Node)
	return b, nil
}

// next begins another object.
func (b *bundle) next() {
	if b.objects > 0 {
		b.buf = append(b.buf, ',')
	}
	b.buf = append(b.buf, '\n')
	b.objects++
}

func (b *bundle) identity(id, name string) {
	b.next()
	b.buf = append(b.buf, `{"type":"identity","spec_version":"2.1","id":"`...)
	b.buf = append(b.buf, id...)
	b.buf = append(b.buf, `","created_by_ref":"`...)
	b.buf = append(b.buf, b.node...)
	b.buf = append(b.buf, `","created":"`+fixed+`","modified":"`+fixed+`"`...)
	if name == "" {
		name = "unnamed node"
	}
	b.buf = appendJSONField(b.buf, "name", name)
	b.buf = append(b.buf, `,"identity_class":"organization"}`...)
}

// marking writes the TLP 2.0 marking of a label at its first use. Ids, time of
// creation and extension are those of OASIS (cti-stix-common-objects,
// extension-definition-specifications/tlp-2.0).
func (b *bundle) marking(l ui.Label) {
	if b.labels[l] {
		return
	}
	b.labels[l] = true
	b.next()
	b.buf = append(b.buf, `{"type":"marking-definition","spec_version":"2.1","id":"`...)
	b.buf = append(b.buf, markingID(l)...)
	b.buf = append(b.buf, `","created":"2022-10-01T00:00:00.000Z","name":"`...)
	b.buf = append(b.buf, l.String()...)
	b.buf = append(b.buf, `","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"`...)
	b.buf = append(b.buf, [...]string{"clear", "green", "amber", "amber+strict", "red"}[l]...)
	b.buf = append(b.buf, `"}}}`...)
}

func markingID(l ui.Label) string {
	return [...]string{
		"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
		"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
		"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
		"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
		"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
	}[l]
}

// add writes the objects of one case.
func (b *bundle) add(c *Case) error {
	label := ui.ParseLabel(c.Label)
	b.marking(label)
	b.begin(c, label)
	if err := b.observables(c); err != nil {
		return err
	}
	if len(b.refs) > 0 {
		b.observedData(c)
	}
	switch {
	case c.Class.Victim() || c.Class == rsit.Scanner || c.Class == rsit.BruteForce:
		b.victim(c)
	case serves(c.Class):
		b.indicator(c)
	}
	var err error
	b.buf, err = b.out.drain(b.buf)
	return err
}

// serves tells whether what a case of the class names serves a crime, so that
// others may look for it in their traffic.
func serves(c rsit.Class) bool {
	switch c {
	case rsit.C2Server, rsit.MalwareDistribution, rsit.MalwareConfiguration, rsit.DGADomain, rsit.Phishing:
		return true
	}
	return false
}

func (b *bundle) close() (entry, error) {
	b.buf = append(b.buf, "\n]}\n"...)
	if err := b.out.write(b.buf); err != nil {
		return entry{}, err
	}
	b.seen = idSet{}
	return b.out.close()
}

// badAsset is the error for an asset that no table of the bundle knows.
func badAsset(c *Case) error {
	return fault.Newf(fault.Corrupt, "look at the case with entente case show", "case %s names %q, which is no %s", c.ID, c.Value, c.Kind)
}
