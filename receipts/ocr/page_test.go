package ocr

import (
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func noise(w, h int) *image.Gray {
	dice := rand.New(rand.NewPCG(1, 2))
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = uint8(dice.IntN(256))
	}
	return g
}

func TestMedianAndDilateAreWhatTheirNamesSay(t *testing.T) {
	t.Parallel()
	g := noise(31, 23)
	for r := 1; r < 6; r++ {
		med, max := median(g, r), dilate(g, r)
		for y := range 23 {
			for x := range 31 {
				var near []uint8
				for yy := y - r; yy <= y+r; yy++ {
					for xx := x - r; xx <= x+r; xx++ {
						if image.Pt(xx, yy).In(g.Rect) {
							near = append(near, g.GrayAt(xx, yy).Y)
						}
					}
				}
				slices.Sort(near)
				if got, want := med.GrayAt(x, y).Y, near[len(near)/2]; got != want {
					t.Fatalf("median(%d) at %d,%d = %d, want %d", r, x, y, got, want)
				}
				if got, want := max.GrayAt(x, y).Y, near[len(near)-1]; got != want {
					t.Fatalf("dilate(%d) at %d,%d = %d, want %d", r, x, y, got, want)
				}
			}
		}
	}
}

func TestComponentsArePartsThatTouch(t *testing.T) {
	t.Parallel()
	// A U, whose arms meet only below; two pixels corner to corner; a dot.
	picture := []string{
		"#...#..#..",
		"#...#.#...",
		"#...#.....",
		"#####...#.",
	}
	g := image.NewGray(image.Rect(0, 0, 10, 4))
	for y, row := range picture {
		for x, c := range row {
			if c == '.' {
				g.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var got []image.Rectangle
	for _, c := range components(g, 128) {
		got = append(got, c.box)
	}
	want := []image.Rectangle{image.Rect(0, 0, 5, 4), image.Rect(6, 0, 8, 2), image.Rect(8, 3, 9, 4)}
	if !slices.Equal(got, want) {
		t.Errorf("components = %v, want %v", got, want)
	}
}

// printed is rows of letters 12 px high, turned by degrees and bent by drop.
func printed(degrees float64, drop func(u float64) float64) []component {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	var out []component
	for row := range 20 {
		for col := range 30 {
			u, v := float64(col*14), float64(row*26)+drop(float64(col)/30)
			x, y := int(500+u*cos-v*sin), int(500+u*sin+v*cos)
			out = append(out, component{box: image.Rect(x-5, y-6, x+5, y+6), pixels: 60})
		}
	}
	return out
}

func TestAngleIsThatOfTheLines(t *testing.T) {
	t.Parallel()
	for _, want := range []float64{0, 3, -7, 30, -44, 60, 89} {
		got, ok := angle(printed(want, func(float64) float64 { return 0 }), 12)
		if off := math.Mod(got-want+270, 180) - 90; !ok || math.Abs(off) > 1.5 {
			t.Errorf("angle of lines turned by %v° = %v, %v", want, got, ok)
		}
	}
	if a, ok := angle(nil, 0); ok {
		t.Errorf("angle of nothing = %v", a)
	}
}

func TestCurlFollowsTheLines(t *testing.T) {
	t.Parallel()
	bow := func(part float64) float64 { return 16 * math.Sin(part*math.Pi) }
	ls := printed(0, bow)
	x0, _, x1, _ := extent(turn(ls, 0))
	c := curlOf(ls, 0, 12, x0, x1)
	base := c.at(0.5) - bow(0.5)
	for _, part := range []float64{0.1, 0.25, 0.4, 0.75, 0.9} {
		if got, want := c.at(part), bow(part)+base; math.Abs(got-want) > 2.5 {
			t.Errorf("curl at %v = %.1f, want %.1f", part, got, want)
		}
	}
}

func TestPictureWithoutPrintIsRefused(t *testing.T) {
	t.Parallel()
	blank := image.NewGray(image.Rect(0, 0, 800, 600))
	for _, img := range []image.Image{blank, image.NewGray(image.Rect(0, 0, 1, 1)), image.NewRGBA(image.Rect(0, 0, 0, 0)), image.NewUniform(color.White)} {
		if u, ok := img.(*image.Uniform); ok {
			img = cropped{u, image.Rect(-5, -5, 900, 3)}
		}
		if _, err := find(img); !errors.Is(err, ErrNoText) {
			t.Errorf("find in %v = %v, want ErrNoText", img.Bounds(), err)
		}
	}
}

type cropped struct {
	image.Image
	box image.Rectangle
}

func (c cropped) Bounds() image.Rectangle { return c.box }

func TestTinyPrintIsRefusedBeforeReading(t *testing.T) {
	t.Parallel()
	far := shrink(luma(drawn(t, russianSale)), 3)
	if _, err := find(far); !errors.Is(err, ErrTooSmall) && !errors.Is(err, ErrNoText) {
		t.Errorf("find in a third of a picture = %v, want ErrTooSmall", err)
	}
}

func TestPageLettersAreOfOneHeight(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2} {
		p, err := find(enlarged(luma(drawn(t, russianSale)), n))
		if err != nil {
			t.Fatal(err)
		}
		_, size := letters(components(p.page(letterHeight), ink))
		if size < letterHeight-4 || size > letterHeight+4 {
			t.Errorf("letters of a picture enlarged %d times are %d px high on the page, want about %d", n, size, letterHeight)
		}
	}
}

func enlarged(g *image.Gray, n int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dx()*n, g.Rect.Dy()*n))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.SetGray(x, y, g.GrayAt(x/n, y/n))
		}
	}
	return out
}

func TestGreyIsTheSameForEveryKindOfImage(t *testing.T) {
	t.Parallel()
	rgba := image.NewNRGBA(image.Rect(3, 4, 5, 6))
	rgba.Set(3, 4, color.NRGBA{R: 255, A: 255})
	rgba.Set(4, 4, color.NRGBA{A: 0}) // transparent: paper
	rgba.Set(3, 5, color.NRGBA{R: 90, G: 90, B: 90, A: 255})
	g := grey(rgba)
	if g.Rect != image.Rect(0, 0, 2, 2) {
		t.Fatalf("grey has bounds %v, want its origin at 0,0", g.Rect)
	}
	want := []uint8{76, 255, 90, 255}
	for i, w := range want {
		if d := int(g.Pix[i]) - int(w); d < -1 || d > 1 {
			t.Errorf("pixel %d = %d, want %d", i, g.Pix[i], w)
		}
	}
}

func TestFlipTwiceIsNothing(t *testing.T) {
	t.Parallel()
	g := noise(7, 5)
	if f := flip(g); f.GrayAt(0, 0) != g.GrayAt(6, 4) || !slices.Equal(flip(f).Pix, g.Pix) {
		t.Error("flip is not a half turn")
	}
}
