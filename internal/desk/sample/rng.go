package sample

// mix spreads a and b over 64 bits (the finaliser of SplitMix64). Everything
// random here is mix of the seed and a serial, so any row can be made again
// without remembering it.
func mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// dice is a stream of random numbers from one seed.
type dice struct{ seed, n uint64 }

func (d *dice) next() uint64 { d.n++; return mix(d.seed, d.n) }

// below gives a number from 0 to n-1; n is small against 2^32.
func (d *dice) below(n uint64) uint64 {
	if n == 0 {
		return 0
	}
	return (d.next() >> 32) * n >> 32
}

// chance is true p times in one.
func (d *dice) chance(p float64) bool { return float64(d.next()>>11) < p*(1<<53) }
