package value

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// changes is how many random single-character changes each kind must stand.
func changes() int {
	if os.Getenv("ENTENTE_LONG") == "1" {
		return 1_000_000
	}
	return 20_000
}

// TestOneChangedCharacter counts the changed texts that are still read. The
// bound is what the checksum's length leaves to chance, with a margin; BIP 173
// and BIP 350 promise that bech32 leaves none.
func TestOneChangedCharacter(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	const base32 = "abcdefghijklmnopqrstuvwxyz234567"
	for _, c := range []struct {
		name     string
		kind     Kind
		make     func() string
		alphabet string
		body     func(s string) (from, to int)
		chance   float64 // of one false accept
	}{
		{"onion", Onion, func() string { return encodeOnion(random(32)) }, base32,
			func(string) (int, int) { return 0, 56 }, 1.0 / (1 << 16)},
		{"bitcoin-p2pkh", Bitcoin, func() string { return encodeBase58Check(0, random(20)) }, base58Alphabet, whole, 1.0 / (1 << 32)},
		{"bitcoin-p2sh", Bitcoin, func() string { return encodeBase58Check(5, random(20)) }, base58Alphabet, whole, 1.0 / (1 << 32)},
		{"bitcoin-bech32", Bitcoin, func() string { return encodeSegwit(0, random(20)) }, bech32Alphabet + "1bio", whole, 0},
		{"bitcoin-bech32-long", Bitcoin, func() string { return encodeSegwit(0, random(32)) }, bech32Alphabet + "1bio", whole, 0},
		{"bitcoin-bech32m", Bitcoin, func() string { return encodeSegwit(1, random(32)) }, bech32Alphabet + "1bio", whole, 0},
		{"ethereum", Ethereum, func() string {
			for {
				v, err := ParseEthereum("0x" + lowerHexOf(random(20)))
				if s := v.String(); err == nil && s[2:] != strings.ToLower(s[2:]) && s[2:] != strings.ToUpper(s[2:]) {
					return s
				}
			}
		}, "0123456789abcdefABCDEF", func(string) (int, int) { return 2, 42 }, 0.0005},
		{"monero", Monero, func() string { return encodeMonero(18, random(64)) }, base58Alphabet, whole, 1.0 / (1 << 32)},
		{"monero-integrated", Monero, func() string { return encodeMonero(19, random(72)) }, base58Alphabet, whole, 1.0 / (1 << 32)},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, accepted := changes(), 0
			for done := 0; done < n; {
				s := c.make()
				mustParse(t, c.kind, s)
				from, to := c.body(s)
				for i := 0; i < 100 && done < n; i++ {
					b := []byte(s)
					at := from + r.IntN(to-from)
					x := c.alphabet[r.IntN(len(c.alphabet))]
					if b[at] == x {
						continue
					}
					b[at] = x
					done++
					if _, err := Parse(c.kind, string(b)); err == nil {
						accepted++
					}
				}
			}
			allowed := 0
			if c.chance > 0 {
				expected := c.chance * float64(n)
				allowed = int(expected*2 + 4)
				if expected < 0.01 {
					allowed = 0
				}
			}
			t.Logf("%d of %d changed texts were read; %d allowed", accepted, n, allowed)
			if accepted > allowed {
				t.Errorf("%d of %d changed texts were read", accepted, n)
			}
		})
	}
}

func whole(s string) (int, int) { return 0, len(s) }

func lowerHexOf(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(lowerHex[c>>4])
		s.WriteByte(lowerHex[c&15])
	}
	return s.String()
}

// Every change of one character of bech32, and every swap of case, is refused.
func TestEveryChangeOfBech32IsRefused(t *testing.T) {
	for _, s := range []string{
		encodeSegwit(0, []byte("12345678901234567890")),
		encodeSegwit(0, []byte("12345678901234567890123456789012")),
		encodeSegwit(1, []byte("12345678901234567890123456789012")),
		encodeSegwit(16, []byte("12")),
	} {
		for at := range len(s) {
			for c := 0; c < 256; c++ {
				b := []byte(s)
				if b[at] == byte(c) {
					continue
				}
				b[at] = byte(c)
				if v, err := ParseBitcoin(string(b)); err == nil {
					t.Errorf("%q with %q at %d is read as %s", s, string(b), at, v)
				}
			}
		}
	}
}

// The vectors of BIP 173, BIP 350, EIP-55, the Tor specification and the
// Monero project's own donation address.
func TestPublishedVectors(t *testing.T) {
	valid := map[Kind][]string{
		Bitcoin: {
			"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
			"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
			"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
			"BC1SW50QGDZ25J", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
			"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
		},
		Ethereum: {
			"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
			"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
			"0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
		},
		Onion: {
			onionName + ".onion",
			"sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion",
			"xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd.onion",
		},
		Monero: {"44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"},
	}
	for k, list := range valid {
		for _, s := range list {
			checkValue(t, mustParse(t, k, s))
		}
	}
	for _, s := range []string{
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "bc1rw5uspcuh",
		"bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90",
		"BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "bc1gmk9yu",
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
		"BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
		"bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
		"BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "bc1pw5dgrnzv",
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
		"tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", // test network
		"mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",         // test network
		encodeBase58Check(111, make([]byte, 20)),     // test network
	} {
		if v, err := ParseBitcoin(s); err == nil {
			t.Errorf("%s is read as %s", s, v)
		}
	}
	if _, err := ParseOnion("expyuzz4wqqyqhjn.onion"); !errors.Is(err, errOnionOld) {
		t.Errorf("a version 2 onion address: %v", err)
	}
	for _, network := range []byte{53, 24, 0} { // test networks, and 19 needs a payment id
		if _, err := ParseMonero(encodeMonero(network, make([]byte, 64))); err == nil {
			t.Errorf("Monero network %d is read", network)
		}
	}
}
