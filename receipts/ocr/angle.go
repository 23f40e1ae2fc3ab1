package ocr

import (
	"math"
	"slices"
)

// angle returns how far the text lines are turned, in degrees of [-90, 90),
// clockwise as pictures are drawn. It asks every letter where its two nearest
// neighbours are (the docstrum of O'Gorman, 1993): in a line of print they
// stand beside it. Projection profiles, the usual way, take the columns of a
// monospaced receipt for lines and turn good pictures by 90°.
func angle(ls []component, size int) (float64, bool) {
	var votes []float64
	for _, p := range sampled(ls, 1500) {
		votes = append(votes, neighbours(p, ls, 2.6*float64(size))...)
	}
	if len(votes) < 30 {
		return 0, false
	}
	peak := float64(mode(votes))
	var near []float64
	for _, v := range votes {
		if d := math.Mod(v-peak+270, 180) - 90; math.Abs(d) < 5 {
			near = append(near, d)
		}
	}
	slices.Sort(near)
	a := peak
	if len(near) > 0 {
		a += near[len(near)/2]
	}
	return math.Mod(a+270, 180) - 90, true
}

// sampled takes about n components evenly.
func sampled(ls []component, n int) []component {
	if len(ls) <= n {
		return ls
	}
	out := make([]component, 0, n)
	for i := range n {
		out = append(out, ls[i*len(ls)/n])
	}
	return out
}

// neighbours returns the directions, in degrees of [0, 180), of the two
// components nearest to p, if nearer than reach.
func neighbours(p component, ls []component, reach float64) []float64 {
	px, py := p.centre()
	type near struct{ d, dx, dy float64 }
	best := [2]near{{d: math.Inf(1)}, {d: math.Inf(1)}}
	for _, q := range ls {
		if q.box == p.box {
			continue
		}
		x, y := q.centre()
		n := near{(x-px)*(x-px) + (y-py)*(y-py), x - px, y - py}
		if n.d < best[0].d {
			best[0], best[1] = n, best[0]
		} else if n.d < best[1].d {
			best[1] = n
		}
	}
	var out []float64
	for _, n := range best {
		if n.d < reach*reach {
			out = append(out, math.Mod(math.Atan2(n.dy, n.dx)*180/math.Pi+360, 180))
		}
	}
	return out
}

// mode returns the degree around which most votes are, near ones counting
// more.
func mode(votes []float64) int {
	var count, smooth [180]int
	for _, v := range votes {
		count[int(v)%180]++
	}
	best := 0
	for i := range smooth {
		for d := -4; d <= 4; d++ {
			smooth[i] += (5 - max(d, -d)) * count[(i+d+180)%180]
		}
		if smooth[i] > smooth[best] {
			best = i
		}
	}
	return best
}
