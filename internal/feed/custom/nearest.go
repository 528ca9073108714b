package custom

// nearest gives the word of list that is at most two changed letters away from
// w (one in short words), "" if there is none.
func nearest(w string, list []string) string {
	best, most := "", 3
	if len(w) < 5 {
		most = 2
	}
	for _, k := range list {
		if d := distance(w, k); d < most {
			best, most = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two words in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			swap := corner
			if a[i] != b[j] {
				swap++
			}
			corner = row[j+1]
			row[j+1] = min(swap, corner+1, row[j]+1)
		}
	}
	return row[len(b)]
}
