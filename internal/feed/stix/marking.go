package stix

import (
	"entente/internal/core/sharing"
	"entente/internal/feed/flatjson"
)

// tlp gives the labels of the marking definitions that OASIS has fixed, of TLP
// 1.0 (STIX 2.1, section 7.2.1.4) and 2.0.
var tlp = map[string]string{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "CLEAR",
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "GREEN",
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "AMBER",
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "RED",

	"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "CLEAR",
	"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "GREEN",
	"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "AMBER",
	"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "AMBER+STRICT",
	"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "RED",
}

// label gives the strictest label of a list of markings, "" where none of them
// says one. A marking that is not known counts as RED.
func (x *index) label(marks []string) (label string) {
	for _, id := range marks {
		own, fixed := tlp[id]
		if !fixed {
			var known bool
			if own, known = x.markings[id]; !known {
				own = "RED"
			}
		}
		label = sharing.StrictestTLP(label, own)
	}
	return label
}

// definition reads a marking definition: a TLP, a statement or PAP, which say
// nothing of who may see, or something unknown.
func definition(fs []flatjson.Field) (label string) {
	kind, own := "", ""
	for i := range fs {
		f := &fs[i]
		switch string(f.Key) {
		case "definition_type":
			kind = string(f.Text())
		case "definition":
			own = sharing.StrictestTLP(own, member(f.Raw, "tlp"))
		case "extensions":
			inner, err := flatjson.Object(f.Raw, nil)
			for j := range inner {
				if word := member(inner[j].Raw, "tlp_2_0"); err == nil && word != "" {
					own, kind = sharing.StrictestTLP(own, word), "tlp"
				}
			}
		}
	}
	switch kind {
	case "statement", "PAP", "pap":
		return ""
	case "tlp":
		if own != "" {
			return own
		}
	}
	return "RED"
}

// member gives the text of one member of an object.
func member(raw []byte, key string) string {
	fs, err := flatjson.Object(raw, nil)
	if err != nil {
		return ""
	}
	for i := range fs {
		if string(fs[i].Key) == key {
			return string(fs[i].Text())
		}
	}
	return ""
}

// granular gives the markings of an object's parts; they count for all of it.
func granular(raw []byte) (marks []string) {
	list, err := flatjson.List(raw, nil)
	if err != nil {
		return nil
	}
	for _, part := range list {
		if id := member(part, "marking_ref"); id != "" {
			marks = append(marks, id)
		}
	}
	return marks
}
