package ocr

import (
	"image"
	"slices"
)

// component is a connected patch of ink: mostly a letter.
type component struct {
	box    image.Rectangle
	pixels int
}

func (c component) width() int  { return c.box.Dx() }
func (c component) height() int { return c.box.Dy() }
func (c component) size() int   { return max(c.width(), c.height()) }
func (c component) centre() (x, y float64) {
	return float64(c.box.Min.X+c.box.Max.X) / 2, float64(c.box.Min.Y+c.box.Max.Y) / 2
}

// run is a stretch of ink in one row.
type run struct{ y, x0, x1, parent int }

// components returns the patches of g darker than limit; pixels that touch by
// a corner belong together.
func components(g *image.Gray, limit uint8) []component {
	runs := join(stretches(g, limit))
	found := make(map[int]int)
	var out []component
	for i, r := range runs {
		first := root(runs, i)
		n, ok := found[first]
		if !ok {
			n = len(out)
			found[first] = n
			out = append(out, component{box: image.Rect(r.x0, r.y, r.x1, r.y+1)})
		}
		out[n].box = out[n].box.Union(image.Rect(r.x0, r.y, r.x1, r.y+1))
		out[n].pixels += r.x1 - r.x0
	}
	return out
}

func stretches(g *image.Gray, limit uint8) []run {
	var out []run
	w := g.Rect.Dx()
	for y := range g.Rect.Dy() {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		for x := 0; x < w; x++ {
			if row[x] >= limit {
				continue
			}
			start := x
			for x < w && row[x] < limit {
				x++
			}
			out = append(out, run{y, start, x, len(out)})
		}
	}
	return out
}

// join ties each run to those it touches in the row above.
func join(runs []run) []run {
	above := 0
	for i, r := range runs {
		for runs[above].y < r.y-1 || runs[above].y == r.y-1 && runs[above].x1 < r.x0 {
			above++
		}
		for j := above; runs[j].y == r.y-1 && runs[j].x0 <= r.x1; j++ {
			a, b := root(runs, i), root(runs, j)
			runs[max(a, b)].parent = min(a, b)
		}
	}
	return runs
}

func root(runs []run, i int) int {
	for runs[i].parent != i {
		runs[i].parent = runs[runs[i].parent].parent
		i = runs[i].parent
	}
	return i
}

// letters keeps the components that may be letters of a text, and returns
// their median size.
func letters(all []component) ([]component, int) {
	kept := keep(all, func(c component) bool {
		return c.size() >= 5 && c.size() <= 60 && 4*min(c.width(), c.height()) >= c.size()
	})
	mid := middle(kept, component.size)
	kept = keep(kept, func(c component) bool {
		return 100*c.size() >= 55*mid && 10*c.size() <= 19*mid
	})
	return kept, mid
}

func keep(all []component, ok func(component) bool) []component {
	var out []component
	for _, c := range all {
		if ok(c) {
			out = append(out, c)
		}
	}
	return out
}

// middle is the median of a measure of the components, 0 without any.
func middle(all []component, of func(component) int) int {
	if len(all) == 0 {
		return 0
	}
	v := make([]int, len(all))
	for i, c := range all {
		v[i] = of(c)
	}
	slices.Sort(v)
	return v[len(v)/2]
}
