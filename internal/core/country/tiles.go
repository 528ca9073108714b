package country

import (
	_ "embed"
	"strings"
)

// The tile map is drawn as text: one line per row, two letters per tile, ".."
// where there is none. It is roughly geographic, so that neighbours are near,
// and gives every code one tile of the same size.
//
//go:embed tiles.txt
var tileText string

type tile struct{ col, row uint8 }

var tiles, tileCols, tileRows = readTiles(tileText)

// readTiles reads the drawing. A code's tile is kept with both numbers plus
// one, so that the zero tile is none.
func readTiles(text string) (out [len(table)]tile, cols, rows int) {
	for row, line := range strings.Split(strings.TrimSpace(text), "\n") {
		for col, code := range strings.Fields(line) {
			if i := index(code); i >= 0 {
				out[i] = tile{uint8(col + 1), uint8(row + 1)}
			}
			cols = max(cols, col+1)
		}
		rows = row + 1
	}
	return out, cols, rows
}

// Tile gives the column and row of a country on the tile map, both from 0 at
// the top left. It is ok for every assigned code.
func Tile(code string) (col, row int, ok bool) {
	i := index(code)
	if i < 0 || tiles[i] == (tile{}) {
		return 0, 0, false
	}
	return int(tiles[i].col) - 1, int(tiles[i].row) - 1, true
}

// TileSize gives the number of columns and rows of the tile map.
func TileSize() (cols, rows int) { return tileCols, tileRows }
