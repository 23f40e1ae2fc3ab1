package samples

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
)

// The photograph: a sheet in the middle of a table.
const (
	photoWidth  = 760
	photoMargin = 65
	quality     = 88 // of the JPEG; what phones use for messengers is near
)

// Draw writes the receipt's photograph as JPEG.
func (s Sale) Draw(w io.Writer) error {
	img, err := s.photograph()
	if err != nil {
		return fmt.Errorf("draw receipt: %w", err)
	}
	if err := jpeg.Encode(w, img, &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("draw receipt: %w", err)
	}
	return nil
}

func (s Sale) photograph() (*image.RGBA, error) {
	p, err := s.print()
	if err != nil {
		return nil, err
	}
	dice := s.chance()
	sh := lay(p, s.NoQR, dice)
	img := image.NewRGBA(image.Rect(0, 0, photoWidth, int(sh.height)+2*photoMargin))
	top := color.RGBA{R: uint8(104 + dice.IntN(24)), G: uint8(80 + dice.IntN(18)), B: uint8(60 + dice.IntN(18)), A: 255}
	if dice.IntN(2) == 0 {
		top = color.RGBA{R: uint8(84 + dice.IntN(12)), G: uint8(92 + dice.IntN(12)), B: uint8(98 + dice.IntN(12)), A: 255}
	}
	for y := range img.Rect.Dy() {
		for x := range photoWidth {
			img.SetRGBA(x, y, sh.shoot(float64(x), float64(y), top, dice))
		}
	}
	return img, nil
}

// sheet is the paper as it lies: turned a little, perhaps torn below.
type sheet struct {
	print
	height   float64 // of the paper, untorn part
	sin, cos float64
	cx, cy   float64   // centre of the photograph
	tear     []float64 // lower edge for each column of the paper
	shadow   []float64 // the same, smoothed as a shadow is
	glow     float64   // how much lighter the one side is
}

func lay(p print, torn bool, dice *rand.Rand) sheet {
	height := p.ink.Rect.Dy()
	if torn {
		// A strip of the code stays, too little to be read.
		height = p.qr.Min.Y + qrModule*(qrQuiet+4)
	}
	angle := (dice.Float64()*2 - 1) * 1.2 * math.Pi / 180
	sh := sheet{
		print: p, height: float64(height), glow: dice.Float64()*0.16 + 0.04,
		cx: photoWidth / 2, cy: float64(height)/2 + photoMargin,
	}
	sh.sin, sh.cos = math.Sincos(angle)
	sh.tear = edge(float64(height), torn, dice)
	sh.shadow = smooth(sh.tear, 25)
	return sh
}

// smooth returns the mean of the neighbours up to reach away on both sides.
func smooth(v []float64, reach int) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		near := v[max(0, i-reach):min(len(v), i+reach+1)]
		for _, n := range near {
			out[i] += n / float64(len(near))
		}
	}
	return out
}

// edge returns the lower edge of the paper: cut by the till's knife, or torn.
func edge(height float64, torn bool, dice *rand.Rand) []float64 {
	e := make([]float64, paperWidth)
	wander := 0.0
	for x := range e {
		e[x] = height
		if torn {
			wander = wander*0.96 + dice.Float64()*5 - 2.5
			e[x] = height - 6 + wander + 9*math.Sin(float64(x)/97)
		}
	}
	return e
}

// shoot returns the colour of the photograph at x, y.
func (sh sheet) shoot(x, y float64, table color.RGBA, dice *rand.Rand) color.RGBA {
	px, py := sh.onPaper(x, y)
	cover := clamp(0.5-sh.outside(px, py, sh.tear), 0, 1)
	light := 1 + sh.glow*(x/photoWidth-0.5) - 0.08*math.Abs(y/(2*sh.cy)-0.45)
	noise := (dice.Float64() + dice.Float64() - 1) * 7

	var wood, white, ink float64
	if cover < 1 {
		// The shadow falls down and to the right of the paper and is soft.
		away := max(0, sh.outside(px-5, py-8, sh.shadow))
		grain := 1 + 0.035*math.Sin(y*0.11+3*math.Sin(x*0.004)) + 0.02*math.Sin(y*0.53+x*0.003)
		wood = grain * (1 - 0.34*math.Exp(-away/13)) * (1 - cover)
	}
	if cover > 0 {
		ink = 1 - sh.at(px, py)/255
		white = 243 - 5*math.Sin(py*0.013+1) // the roll's curl
	}
	mix := func(t, tint float64) uint8 {
		paper := white*tint*(1-ink) + 52*ink
		return uint8(clamp((t*wood+paper*cover)*light+noise, 0, 255))
	}
	return color.RGBA{R: mix(float64(table.R), 1), G: mix(float64(table.G), 0.99), B: mix(float64(table.B), 0.965), A: 255}
}

// onPaper turns a point of the photograph into one of the paper.
func (sh sheet) onPaper(x, y float64) (px, py float64) {
	dx, dy := x-sh.cx, y-sh.cy
	px = dx*sh.cos + dy*sh.sin + paperWidth/2
	py = -dx*sh.sin + dy*sh.cos + sh.height/2
	return px, py + 2.5*math.Sin(px/paperWidth*math.Pi)
}

// outside is how far a point of the paper's plane is from the paper whose
// lower edge is bottom; negative inside.
func (sh sheet) outside(px, py float64, bottom []float64) float64 {
	column := int(clamp(px, 0, paperWidth-1))
	return max(-px, px-paperWidth, -py, py-bottom[column])
}

// at is the print at a point between pixels.
func (sh sheet) at(px, py float64) float64 {
	x0, y0 := int(math.Floor(px-0.5)), int(math.Floor(py-0.5))
	fx, fy := px-0.5-float64(x0), py-0.5-float64(y0)
	return (sh.dot(x0, y0)*(1-fx)+sh.dot(x0+1, y0)*fx)*(1-fy) +
		(sh.dot(x0, y0+1)*(1-fx)+sh.dot(x0+1, y0+1)*fx)*fy
}

func (sh sheet) dot(x, y int) float64 {
	if !image.Pt(x, y).In(sh.ink.Rect) {
		return 255
	}
	return float64(sh.ink.GrayAt(x, y).Y)
}

func clamp(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
