package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// NodeID identifies a node: a random UUID (version 4).
type NodeID [16]byte

// String gives the UUID's text.
func (id NodeID) String() string { return uuid.UUID(id).String() }

// Node is one running Entente. Printing or logging it never shows its secret.
type Node struct {
	ID     NodeID
	Name   string
	Public ed25519.PublicKey
	Secret [32]byte // key of case numbers and of acts' items
	key    ed25519.PrivateKey
}

// Sign signs a message with the node's key.
func (n Node) Sign(message []byte) []byte { return ed25519.Sign(n.key, message) }

// String gives the node's name and id.
func (n Node) String() string { return n.Name + " (" + n.ID.String() + ")" }

// GoString is String, so that %#v does not show the secret either.
func (n Node) GoString() string { return n.String() }

// LogValue is String for slog.
func (n Node) LogValue() slog.Value { return slog.StringValue(n.String()) }

// Format prints String for every verb.
func (n Node) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, n.String()) }

const (
	keyFile  = "node.key"
	keyTitle = "entente node key 1"
	keyLimit = 4096
)

func (cfg Config) withDefaults() Config {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.FS == nil {
		cfg.FS = disk.OS()
	}
	return cfg
}

// readKey reads node.key; found is false when there is none.
func readKey(fsys disk.FS, dir string) (n Node, found bool, err error) {
	f, err := fsys.Open(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Node{}, false, nil
	}
	if err != nil {
		return Node{}, false, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, keyLimit))
	if err != nil {
		return Node{}, false, fault.Wrap(fault.Corrupt, err, "node.key cannot be read", "restore it from its backup")
	}
	if n, err = parseKey(text); err != nil {
		return Node{}, false, err
	}
	return n, true, nil
}

// makeKey makes a node and keeps its key, readable by its owner alone. It
// returns when the key is on the disk.
func makeKey(fsys disk.FS, dir, name string, random io.Reader) (Node, error) {
	var id uuid.UUID
	var seed, secret [32]byte
	for _, b := range [][]byte{id[:], seed[:], secret[:]} {
		if _, err := io.ReadFull(random, b); err != nil {
			return Node{}, fmt.Errorf("random bytes for the node's key: %w", err)
		}
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	if name == "" {
		name = "node-" + id.String()[:8]
	}
	if strings.ContainsAny(name, "\r\n") || len(name) > 200 {
		return Node{}, fault.New(fault.Usage, "the node's name has more than one line or 200 bytes", "give it a short name")
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return Node{}, err
	}
	enc := base64.StdEncoding
	text := fmt.Sprintf("%s\nid: %s\nname: %s\nkey: %s\nsecret: %s\n", keyTitle, id, name,
		enc.EncodeToString(seed[:]), enc.EncodeToString(secret[:]))
	err := disk.WriteFile(fsys, filepath.Join(dir, keyFile), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return Node{}, err
	}
	return parseKey([]byte(text))
}

// parseKey reads the text of node.key. Its errors never quote it.
func parseKey(text []byte) (Node, error) {
	damaged := fault.New(fault.Corrupt, "node.key is damaged", "restore it from its backup; a new key would change every case number")
	lines := strings.Split(string(bytes.TrimSuffix(text, []byte("\n"))), "\n")
	if len(lines) != 5 || lines[0] != keyTitle {
		return Node{}, damaged
	}
	var fields [4]string
	for i, name := range [...]string{"id: ", "name: ", "key: ", "secret: "} {
		var ok bool
		if fields[i], ok = strings.CutPrefix(lines[i+1], name); !ok {
			return Node{}, damaged
		}
	}
	id, err := uuid.Parse(fields[0])
	seed, err2 := base64.StdEncoding.Strict().DecodeString(fields[2])
	secret, err3 := base64.StdEncoding.Strict().DecodeString(fields[3])
	if err != nil || err2 != nil || err3 != nil || len(seed) != ed25519.SeedSize || len(secret) != 32 || fields[1] == "" {
		return Node{}, damaged
	}
	key := ed25519.NewKeyFromSeed(seed)
	return Node{ID: NodeID(id), Name: fields[1], Public: key.Public().(ed25519.PublicKey), Secret: [32]byte(secret), key: key}, nil
}
