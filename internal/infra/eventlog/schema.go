package eventlog

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The columns, in the order of Row's fields.
const (
	colBatch = iota
	colFeed
	colMode
	colObserved
	colSnapshot
	colClass
	colSaid
	colFamily
	colKind
	colValue
	colAddr
	colPort
	colTransport
	colCountry
	colCountryBasis
	colASN
	colPrefix
	colNetwork
	colClaimedCountry
	colClaimedASN
	colStatus
	colSeverity
	colOutcome
	colReason
	colOwner
	colOwnerBasis
	colCase
	colRaw
	colLine
	colLabel
	colDetails
	numColumns
)

// kind is what outside readers take a column for.
type kind uint8

const (
	kindText  kind = iota // UTF-8
	kindInt               // 64 bits
	kindPort              // 32 bits, from 0 to 65535
	kindTime              // microseconds, UTC
	kindBytes             // 16 bytes
)

var columns = [numColumns]struct {
	name     string
	kind     kind
	required bool
}{
	colBatch:          {"batch", kindInt, true},
	colFeed:           {"feed", kindText, false},
	colMode:           {"mode", kindText, false},
	colObserved:       {"observed", kindTime, false},
	colSnapshot:       {"snapshot", kindTime, false},
	colClass:          {"class", kindText, false},
	colSaid:           {"said", kindText, false},
	colFamily:         {"family", kindText, false},
	colKind:           {"kind", kindText, false},
	colValue:          {"value", kindText, false},
	colAddr:           {"addr", kindBytes, false},
	colPort:           {"port", kindPort, false},
	colTransport:      {"transport", kindText, false},
	colCountry:        {"country", kindText, false},
	colCountryBasis:   {"country_basis", kindText, false},
	colASN:            {"asn", kindInt, false},
	colPrefix:         {"prefix", kindText, false},
	colNetwork:        {"network", kindText, false},
	colClaimedCountry: {"claimed_country", kindText, false},
	colClaimedASN:     {"claimed_asn", kindInt, false},
	colStatus:         {"status", kindText, false},
	colSeverity:       {"severity", kindText, false},
	colOutcome:        {"outcome", kindText, false},
	colReason:         {"reason", kindText, false},
	colOwner:          {"owner", kindText, false},
	colOwnerBasis:     {"owner_basis", kindText, false},
	colCase:           {"case_id", kindBytes, false},
	colRaw:            {"raw", kindText, false},
	colLine:           {"line", kindInt, true},
	colLabel:          {"label", kindText, false},
	colDetails:        {"details", kindText, false},
}

func (k kind) physical() format.Type {
	switch k {
	case kindText:
		return format.ByteArray
	case kindPort:
		return format.Int32
	case kindBytes:
		return format.FixedLenByteArray
	}
	return format.Int64
}

// schemaElements is the schema as the footer has it.
func schemaElements() []format.SchemaElement {
	out := []format.SchemaElement{{Name: "observation", NumChildren: thrift.New[int32](numColumns)}}
	for _, c := range columns {
		e := format.SchemaElement{
			Name: c.name, Type: thrift.New(c.kind.physical()), RepetitionType: thrift.New(format.Optional),
		}
		if c.required {
			e.RepetitionType = thrift.New(format.Required)
		}
		switch c.kind {
		case kindText:
			e.ConvertedType = thrift.New(deprecated.UTF8)
			e.LogicalType = format.LogicalType{Value: &format.StringType{}}
		case kindTime:
			e.ConvertedType = thrift.New(deprecated.TimestampMicros)
			e.LogicalType = format.LogicalType{Value: &format.TimestampType{
				IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: &format.MicroSeconds{}},
			}}
		case kindBytes:
			e.TypeLength = thrift.New[int32](16)
		}
		out = append(out, e)
	}
	return out
}
