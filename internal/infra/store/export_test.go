package store

// ShrinkLog divides the limits of the write-ahead log, so that a test need not
// write hundreds of megabytes.
func (db *DB) ShrinkLog(by int64) {
	l := &db.limits
	l.merge, l.bound, l.step = l.merge/by, l.bound/by, l.step/by
}
