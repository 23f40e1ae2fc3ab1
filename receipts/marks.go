package receipts

import (
	"cmp"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// mark is one of the three squares in a code's corners.
type mark = detector.FinderPattern

// triple is three marks that may belong to one code; the lower its score, the more
// they look like it.
type triple struct {
	marks [3]*mark
	score float64
}

const (
	maxMarks   = 14 // looked at, the most often met first
	maxTriples = 8  // tried, the best first
	// A code that was seen but not read has marks that many rows met and that stand at
	// right angles; letters and tables of a receipt's print do not come so near.
	seenScore, seenCount = 0.1, 4
)

// everyCode tries every plausible triple of marks, and several sizes and alignments
// for each: gozxing's own search stops at its first guess.
func everyCode(bits *gozxing.BitMatrix) (found []symbol, seen bool) {
	if found, seen = firstCode(bits); len(found) > 0 {
		return found, seen
	}
	triples := triplesOf(marksOf(bits))
	for _, t := range triples {
		if s, ok := t.decode(bits); ok {
			return []symbol{s}, true
		}
	}
	return nil, len(triples) > 0 && triples[0].clear()
}

func (t triple) clear() bool {
	for _, m := range t.marks {
		if m.GetCount() < seenCount {
			return false
		}
	}
	return t.score < seenScore
}

// marksOf looks for marks in every second row of the whole picture, where gozxing
// stops as soon as it has three.
func marksOf(bits *gozxing.BitMatrix) []*mark {
	finder := detector.NewFinderPatternFinder(bits, nil)
	for y := 1; y < bits.GetHeight() && len(finder.GetPossibleCenters()) <= 200; y += 2 {
		scanRow(finder, bits, y)
	}
	marks := slices.Clone(finder.GetPossibleCenters())
	slices.SortStableFunc(marks, func(a, b *mark) int { return cmp.Compare(b.GetCount(), a.GetCount()) })
	return marks[:min(len(marks), maxMarks)]
}

// scanRow looks for runs of ink and paper as 1:1:3:1:1, the cut through a mark.
func scanRow(finder *detector.FinderPatternFinder, bits *gozxing.BitMatrix, y int) {
	runs := make([]int, 5)
	at := 0 // the run that grows; even ones are ink
	for x := range bits.GetWidth() {
		ink := bits.Get(x, y)
		if ink == (at%2 == 0) {
			runs[at]++
			continue
		}
		if ink || at < 4 {
			at++
			runs[at]++
			continue
		}
		if detector.FinderPatternFinder_foundPatternCross(runs) && finder.HandlePossibleCenter(runs, y, x) {
			clear(runs)
			at = 0
			continue
		}
		copy(runs, []int{runs[2], runs[3], runs[4], 1, 0})
		at = 3
	}
}

func triplesOf(marks []*mark) []triple {
	var all []triple
	for i, a := range marks {
		for j := i + 1; j < len(marks); j++ {
			for k := j + 1; k < len(marks); k++ {
				if t, ok := plausible(a, marks[j], marks[k]); ok {
					all = append(all, t)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b triple) int { return cmp.Compare(a.score, b.score) })
	return all[:min(len(all), maxTriples)]
}

// plausible scores three marks as the corners of a square: sizes alike, two equal
// sides and a diagonal.
func plausible(a, b, c *mark) (triple, bool) {
	sizes := []float64{a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize(), c.GetEstimatedModuleSize()}
	slices.Sort(sizes)
	sides := []float64{apart(a, b), apart(b, c), apart(a, c)}
	slices.Sort(sides)
	module := (sizes[0] + sizes[1] + sizes[2]) / 3
	if sizes[2] > 1.7*sizes[0] || sides[0] < 10*module || sides[0] > 180*module || sides[1] > 1.6*sides[0] {
		return triple{}, false
	}
	square := sides[2] / math.Hypot(sides[0], sides[1])
	if square < .8 || square > 1.2 {
		return triple{}, false
	}
	met := float64(a.GetCount() + b.GetCount() + c.GetCount())
	score := math.Abs(square-1) + math.Abs(sides[1]/sides[0]-1) + .5*(sizes[2]/sizes[0]-1) - .02*met
	return triple{[3]*mark{a, b, c}, score}, true
}

func apart(a, b gozxing.ResultPoint) float64 {
	return math.Hypot(a.GetX()-b.GetX(), a.GetY()-b.GetY())
}
