package receipts

import (
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// corners is a triple in its places.
type corners struct {
	underLeft, topLeft, topRight *mark
}

func (c corners) symbol(text string) symbol {
	return symbol{text: text, underLeft: at(c.underLeft), topLeft: at(c.topLeft), topRight: at(c.topRight),
		module: c.topLeft.GetEstimatedModuleSize()}
}

// decode samples the code between three marks with one guess after another until one
// decodes. The error correction of the code tells a right guess from a wrong one.
func (t triple) decode(bits *gozxing.BitMatrix) (symbol, bool) {
	a, b, d := gozxing.ResultPoint_OrderBestPatterns(t.marks[0], t.marks[1], t.marks[2])
	c := corners{a.(*mark), b.(*mark), d.(*mark)}
	info := detector.NewFinderPatternInfo(c.underLeft, c.topLeft, c.topRight)
	if result, err := detector.NewDetector(bits).ProcessFinderPatternInfo(info); err == nil {
		if text := decodeBits(result.GetBits()); text != "" {
			return c.symbol(text), true
		}
	}
	// Blur and tilt spoil the estimate of the size by a version or two.
	for i, dimension := range c.dimensions() {
		guesses := c.alignments(bits, dimension)
		if i > 0 {
			guesses = guesses[:min(4, len(guesses))]
		}
		for _, alignment := range guesses {
			if text := c.sample(bits, dimension, alignment); text != "" {
				return c.symbol(text), true
			}
		}
	}
	return symbol{}, false
}

func (c corners) sample(bits *gozxing.BitMatrix, dimension int, alignment *detector.AlignmentPattern) string {
	transform := detector.Detector_createTransform(c.topLeft, c.topRight, c.underLeft, alignment, dimension)
	sampled, err := detector.Detector_sampleGrid(bits, transform, dimension)
	if err != nil {
		return ""
	}
	return decodeBits(sampled)
}

// dimensions are the likely numbers of modules on a side, the likeliest first. Codes
// of receipts have 25 to 57; over 97 a single alignment mark places nothing.
func (c corners) dimensions() []int {
	module := (c.underLeft.GetEstimatedModuleSize() + c.topLeft.GetEstimatedModuleSize() + c.topRight.GetEstimatedModuleSize()) / 3
	side := (apart(c.topLeft, c.topRight) + apart(c.topLeft, c.underLeft)) / (2 * module)
	likeliest := int(math.Round((side+7-17)/4))*4 + 17
	var all []int
	for _, off := range []int{0, -4, 4, -8, 8} {
		if d := likeliest + off; d >= 21 && d <= 97 {
			all = append(all, d)
		}
	}
	return all
}

// alignments are guesses at the fourth corner's mark: found within growing squares,
// none at all, and set around its expected place, which covers a mild tilt.
func (c corners) alignments(bits *gozxing.BitMatrix, dimension int) []*detector.AlignmentPattern {
	if dimension == 21 {
		return []*detector.AlignmentPattern{nil} // version 1 has no such mark
	}
	module := (apart(c.topLeft, c.topRight) + apart(c.topLeft, c.underLeft)) / (2 * float64(dimension-7))
	inside := 1 - 3/float64(dimension-7)
	x := c.topLeft.GetX() + inside*(c.topRight.GetX()+c.underLeft.GetX()-2*c.topLeft.GetX())
	y := c.topLeft.GetY() + inside*(c.topRight.GetY()+c.underLeft.GetY()-2*c.topLeft.GetY())
	var all []*detector.AlignmentPattern
	for _, reach := range []float64{12, 6, 3} {
		if found := findAlignment(bits, x, y, module, reach*module); found != nil {
			all = append(all, found)
		}
	}
	all = append(all, nil)
	for _, off := range []point{{-1, -1}, {1, 1}, {-1, 1}, {1, -1}, {-2, -2}, {2, 2}} {
		all = append(all, detector.NewAlignmentPattern(x+off.x*module, y+off.y*module, module))
	}
	return all
}

func findAlignment(bits *gozxing.BitMatrix, x, y, module, reach float64) *detector.AlignmentPattern {
	left, right := max(0, int(x-reach)), min(bits.GetWidth()-1, int(x+reach))
	top, bottom := max(0, int(y-reach)), min(bits.GetHeight()-1, int(y+reach))
	if float64(right-left) < 3*module || float64(bottom-top) < 3*module {
		return nil
	}
	found, err := detector.NewAlignmentPatternFinder(bits, left, top, right-left, bottom-top, module, nil).Find()
	if err != nil {
		return nil
	}
	return found
}
