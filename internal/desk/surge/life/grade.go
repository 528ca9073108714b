package life

// Grade says how good the evidence is that a case is down. A higher number is
// better evidence; the numbers are stored.
type Grade uint8

// The grades, worst first.
const (
	NoGrade   Grade = iota
	Silence14       // 14 covered days without a sighting
	Silence90       // 90 covered days without a sighting
	Owner           // the owner's claim, and 14 covered days of silence after it
	Producer        // the feed's own word
	Seizure         // a record of a seizure
	grades
)

var gradeWords = [grades]string{"none", "silence-14", "silence-90", "owner", "producer", "seizure"}

// String gives the grade's word.
func (g Grade) String() string {
	if g < grades {
		return gradeWords[g]
	}
	return "damaged"
}

// ParseGrade finds a grade by its word.
func ParseGrade(word string) (Grade, bool) {
	for g := Silence14; g < grades; g++ {
		if gradeWords[g] == word {
			return g, true
		}
	}
	return NoGrade, false
}
