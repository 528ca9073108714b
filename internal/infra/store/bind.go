package store

import (
	"database/sql/driver"
	"reflect"
	"time"
)

// bindAll turns args, in place, into what both drivers bind alike: int64,
// float64, string, []byte, nil. An array of bytes becomes its bytes, a
// time.Time microseconds since 1970 UTC (the zero Time 0), a bool 0 or 1. An
// empty slice of bytes is NULL on both, since SQLite's driver knows no other.
func bindAll(args []any) error {
	for i, a := range args {
		v, err := bindValue(a)
		if err != nil {
			return err
		}
		args[i] = v
	}
	return nil
}

func bindValue(a any) (any, error) {
	switch x := a.(type) {
	case nil, int64, string, float64:
		return a, nil
	case []byte:
		if len(x) == 0 {
			return nil, nil
		}
		return a, nil
	case int:
		return int64(x), nil
	case uint8:
		return int64(x), nil
	case uint16:
		return int64(x), nil
	case uint32:
		return int64(x), nil
	case int32:
		return int64(x), nil
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case [16]byte:
		return x[:], nil
	case [32]byte:
		return x[:], nil
	case time.Time:
		if x.IsZero() {
			return int64(0), nil
		}
		return x.UnixMicro(), nil
	}
	if v := reflect.ValueOf(a); v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8 {
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return b, nil
	}
	return driver.DefaultParameterConverter.ConvertValue(a)
}
