// Command draw makes pictures for the benchmarks of reading, with their truth: receipts
// drawn by internal/samples, whole and made smaller, with their code and without. It
// writes qr.jsonl and print.jsonl into the folder named.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"time"

	"kopilka/internal/samples"

	"golang.org/x/image/draw"
)

// each is how many receipts a set has.
const each = 12

// sizes are the sets: how many tenths of its size a picture keeps, and its JPEG quality.
var sizes = []struct {
	set             string
	tenths, quality int
}{{"drawn", 10, 85}, {"drawn-small", 7, 75}}

type line struct {
	File   string   `json:"file"`
	Set    string   `json:"set"`
	Accept []string `json:"accept,omitempty"`
	Truth  truth    `json:"truth"`
}

type truth struct {
	Country string `json:"country"`
	Total   string `json:"total"`
	Date    string `json:"date"`
	INN     string `json:"inn"`
	FN      string `json:"fn"`
	FD      string `json:"fd"`
	FP      string `json:"fp"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: draw FOLDER")
		os.Exit(2)
	}
	for _, noQR := range []bool{false, true} {
		if err := run(os.Args[1], noQR); err != nil {
			fmt.Fprintln(os.Stderr, "draw:", err)
			os.Exit(1)
		}
	}
}

func run(dir string, noQR bool) error {
	name := "qr"
	if noQR {
		name = "print"
	}
	manifest, err := os.Create(filepath.Join(dir, name+".jsonl"))
	if err != nil {
		return err
	}
	defer manifest.Close()
	for _, size := range sizes {
		for i := range each {
			s := sale(i)
			s.NoQR = noQR
			file := fmt.Sprintf("%s-%s-%02d.jpg", name, size.set, i)
			if err := save(filepath.Join(dir, file), s, size.tenths, size.quality); err != nil {
				return err
			}
			if err := json.NewEncoder(manifest).Encode(describe(file, size.set, s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sale is the i-th receipt: every third one is Ukrainian.
func sale(i int) samples.Sale {
	s := samples.Sale{Country: samples.Russia, Merchant: "ООО «ЗЕРНО»", Address: "ул. Садовая, 1", TaxID: "7707083893",
		Device: fmt.Sprintf("92874403%08d", 300_000+i*7919), Document: fmt.Sprint(1000 + i*613), Sign: fmt.Sprint(1_000_000_007 + i*97_003),
		At: time.Date(2026, 11, 1+i, 9+i%12, (i*17)%60, 0, 0, time.UTC)}
	if i%3 == 2 {
		s.Country, s.Merchant, s.TaxID, s.Device, s.Sign = samples.Ukraine, "ТОВ «СОВА»", "38765439", fmt.Sprintf("4000%06d", 123_456+i*31), ""
	}
	for n := range 2 + i%5 {
		s.Lines = append(s.Lines, samples.Line{Name: fmt.Sprint("Товар ", n+1), Qty: 1 + n%3, Price: int64(8_990 + i*1_370 + n*2_500)})
	}
	return s
}

func save(path string, s samples.Sale, tenths, quality int) error {
	var b bytes.Buffer
	if err := s.Draw(&b); err != nil {
		return err
	}
	src, err := jpeg.Decode(&b)
	if err != nil {
		return err
	}
	size := src.Bounds().Size()
	dst := image.NewRGBA(image.Rect(0, 0, size.X*tenths/10, size.Y*tenths/10))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return jpeg.Encode(f, dst, &jpeg.Options{Quality: quality})
}

func describe(file, set string, s samples.Sale) line {
	l := line{File: file, Set: set, Truth: truth{Country: s.Country, Date: s.At.Format("2006-01-02T15:04"), INN: s.TaxID,
		Total: fmt.Sprintf("%d.%02d", s.Total()/100, s.Total()%100), FN: s.Device, FD: s.Document, FP: s.Sign}}
	if !s.NoQR {
		l.Accept = []string{s.QR()}
	}
	return l
}
