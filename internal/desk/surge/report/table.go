package report

import (
	"encoding/hex"
	"strings"

	"entente/internal/infra/eventlog"
)

const casesHeader = "case_id,class,family,kind,value,port,transport,country,asn,network,owner,basis,state,severity,tlp,first_seen,last_seen,observations,sources\n"

// appendCase appends a case as a line of cases.csv.
func appendCase(b []byte, c *Case) []byte {
	b = appendCell(b, c.ID)
	b = append(b, ',')
	b = append(b, c.Class.String()...)
	b = append(b, ',')
	b = appendCell(b, c.Family)
	b = append(b, ',')
	b = appendCell(b, c.Kind)
	b = append(b, ',')
	b = appendCell(b, c.Value)
	b = append(b, ',')
	b = appendPort(b, uint64(c.Port))
	b = append(b, ',')
	b = appendCell(b, c.Transport)
	b = append(b, ',')
	b = appendCell(b, c.Country)
	b = append(b, ',')
	b = appendPort(b, uint64(c.ASN))
	b = append(b, ',')
	b = appendCell(b, c.Network)
	b = append(b, ',')
	b = appendCell(b, c.Owner)
	b = append(b, ',')
	b = appendCell(b, c.Basis)
	b = append(b, ',')
	b = appendCell(b, c.State)
	b = append(b, ',')
	b = appendCell(b, c.Severity)
	b = append(b, ',')
	b = appendCell(b, c.Label)
	b = append(b, ',')
	b = appendTime(b, c.First, 0, "Z")
	b = append(b, ',')
	b = appendTime(b, c.Last, 0, "Z")
	b = append(b, ',')
	b = appendInt(b, c.Count)
	b = append(b, ',')
	if len(c.Sources) == 1 {
		b = appendCell(b, c.Sources[0])
	} else {
		b = appendCell(b, strings.Join(c.Sources, ";"))
	}
	return append(b, '\n')
}

const observationsHeader = "observed,snapshot,feed,mode,class,said,family,kind,value,address,port,transport,country,country_basis,asn,prefix,network,claimed_country,claimed_asn,status,severity,outcome,owner,owner_basis,case_id,tlp,raw_sha256,raw_line,details\n"

// appendObservation appends an observation as a line of observations.csv.
func appendObservation(b []byte, r *eventlog.Row) []byte {
	b = appendTime(b, r.Observed, 0, "Z")
	b = append(b, ',')
	b = appendTime(b, r.Snapshot, 0, "Z")
	b = append(b, ',')
	b = appendCell(b, r.Feed)
	b = append(b, ',')
	b = appendCell(b, r.Mode)
	b = append(b, ',')
	b = appendCell(b, r.Class)
	b = append(b, ',')
	b = appendCell(b, r.Said)
	b = append(b, ',')
	b = appendCell(b, r.Family)
	b = append(b, ',')
	b = appendCell(b, r.Kind)
	b = append(b, ',')
	b = appendCell(b, r.Value)
	b = append(b, ',')
	b = appendAddr(b, r.Addr)
	b = append(b, ',')
	b = appendPort(b, uint64(r.Port))
	b = append(b, ',')
	b = appendCell(b, r.Transport)
	b = append(b, ',')
	b = appendCell(b, r.Country)
	b = append(b, ',')
	b = appendCell(b, r.CountryBasis)
	b = append(b, ',')
	b = appendPort(b, uint64(r.ASN))
	b = append(b, ',')
	b = appendCell(b, r.Prefix)
	b = append(b, ',')
	b = appendCell(b, r.Network)
	b = append(b, ',')
	b = appendCell(b, r.ClaimedCountry)
	b = append(b, ',')
	b = appendPort(b, uint64(r.ClaimedASN))
	b = append(b, ',')
	b = appendCell(b, r.Status)
	b = append(b, ',')
	b = appendCell(b, r.Severity)
	b = append(b, ',')
	b = appendCell(b, r.Outcome)
	b = append(b, ',')
	b = appendCell(b, r.Owner)
	b = append(b, ',')
	b = appendCell(b, r.OwnerBasis)
	b = append(b, ',')
	b = appendID(b, r.Case)
	b = append(b, ',')
	b = appendCell(b, r.Label)
	b = append(b, ',')
	if r.Raw != ([32]byte{}) {
		b = hex.AppendEncode(b, r.Raw[:])
	}
	b = append(b, ',')
	b = appendPort(b, uint64(r.Line))
	b = append(b, ',')
	b = appendCell(b, string(r.Details))
	return append(b, '\n')
}
