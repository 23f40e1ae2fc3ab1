// Command ocr measures how well and how fast package receipts/ocr reads the
// pictures of a manifest: a JSON object a line with file, set and truth. It
// prints a table of the sets, and one JSON object last.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"log"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"kopilka/receipts/ocr"
)

type sample struct {
	File  string `json:"file"`
	Set   string `json:"set"`
	Truth struct {
		Country string `json:"country"`
		Total   string `json:"total"`
		Date    string `json:"date"`
		INN     string `json:"inn"`
		FN      string `json:"fn"`
		FD      string `json:"fd"`
		FP      string `json:"fp"`
	} `json:"truth"`
}

// score counts what was read right, and what was read wrong though the reader
// was sure of it.
type score struct {
	N        int     `json:"n"`
	Total    int     `json:"total"`
	Date     int     `json:"date"`
	Triple   int     `json:"triple"`
	Key      int     `json:"key"`
	TaxID    int     `json:"tax_id"`
	Sure     int     `json:"sure_total"`
	SureBad  int     `json:"sure_total_wrong"`
	KeyBad   int     `json:"key_wrong"`
	Refused  int     `json:"refused"`
	CPUMilli float64 `json:"cpu_ms"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "ocr-child" {
		if err := ocr.Child(os.Stdin, os.Stdout); err != nil {
			log.Fatal(err)
		}
		return
	}
	data := flag.String("data", "", "the manifest, a JSON object a line")
	hint := flag.Bool("hint", false, "tell the reader the country of each picture")
	texts := flag.String("texts", "", "a folder to write the texts into")
	flag.Parse()
	if err := run(*data, *texts, *hint); err != nil {
		log.Fatal(err)
	}
}

func run(manifest, texts string, hint bool) error {
	sets, order, err := load(manifest)
	if err != nil {
		return err
	}
	fmt.Printf("%-8s %4s %6s %5s %7s %4s %6s %9s %8s %8s\n",
		"set", "n", "total", "date", "triple", "key", "taxid", "sure", "refused", "cpu ms")
	all := make(map[string]score)
	for _, name := range order {
		s, err := measure(sets[name], filepath.Dir(manifest), texts, hint)
		if err != nil {
			return err
		}
		all[name] = s
		fmt.Printf("%-8s %4d %6d %5d %7d %4d %6d %4d (-%d) %8d %8.0f\n",
			name, s.N, s.Total, s.Date, s.Triple, s.Key, s.TaxID, s.Sure, s.SureBad, s.Refused, s.CPUMilli)
	}
	return json.NewEncoder(os.Stdout).Encode(all)
}

func load(manifest string) (map[string][]sample, []string, error) {
	f, err := os.Open(manifest)
	if err != nil {
		return nil, nil, fmt.Errorf("open manifest: %w", err)
	}
	defer f.Close()
	sets := make(map[string][]sample)
	var order []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, nil, fmt.Errorf("read manifest: %w", err)
		}
		if sets[s.Set] == nil {
			order = append(order, s.Set)
		}
		sets[s.Set] = append(sets[s.Set], s)
	}
	return sets, order, lines.Err()
}

func measure(set []sample, dir, texts string, hint bool) (score, error) {
	self, err := os.Executable()
	if err != nil {
		return score{}, err
	}
	r := ocr.New(ocr.Options{Command: []string{self, "ocr-child"}})
	before, s := cpu(), score{N: len(set)}
	for _, one := range set {
		country := ""
		if hint {
			country = one.Truth.Country
		}
		got, err := read(r, filepath.Join(dir, one.File), country)
		if errors.Is(err, ocr.ErrTooSmall) || errors.Is(err, ocr.ErrNoText) {
			s.Refused++
			continue
		}
		if err != nil {
			return s, fmt.Errorf("read %s: %w", one.File, err)
		}
		s.add(one, got)
		if texts != "" {
			if err := keep(texts, one, got); err != nil {
				return s, err
			}
		}
	}
	// A child's time is counted when it has ended.
	if err := r.Close(); err != nil {
		return s, err
	}
	s.CPUMilli = float64((cpu() - before).Milliseconds()) / float64(len(set))
	return s, nil
}

func read(r *ocr.Reader, file, country string) (ocr.Reading, error) {
	f, err := os.Open(file)
	if err != nil {
		return ocr.Reading{}, err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return ocr.Reading{}, err
	}
	return r.Read(context.Background(), img, country)
}

func (s *score) add(one sample, got ocr.Reading) {
	count := func(n *int, ok bool) bool {
		if ok {
			*n++
		}
		return ok
	}
	w := one.Truth
	total := count(&s.Total, got.Total.Found() && strings.HasPrefix(got.Total.Value.String(), w.Total+" "))
	date := count(&s.Date, got.Time.Found() && strings.HasPrefix(got.Time.Value.String(), w.Date))
	triple := count(&s.Triple, got.Device.Value == w.FN && got.Document.Value == w.FD && got.Sign.Value == w.FP)
	count(&s.TaxID, string(got.TaxID.Value) == w.INN)
	if got.Total.Sure >= ocr.Sure {
		s.Sure++
		count(&s.SureBad, !total)
	}
	if _, ok := got.Receipt(); ok && !count(&s.Key, total && date && triple) {
		s.KeyBad++
	}
}

// keep writes a text for the eye, the truth above it.
func keep(dir string, one sample, got ocr.Reading) error {
	name := strings.TrimSuffix(filepath.Base(one.File), filepath.Ext(one.File)) + ".txt"
	head := fmt.Sprintf("truth %+v\nread  %+v\n\n", one.Truth, fields(got))
	return os.WriteFile(filepath.Join(dir, name), []byte(head+got.Text+"\n"), 0o644)
}

func fields(r ocr.Reading) string {
	return fmt.Sprint(r.Country, " ", r.Total, r.Time, r.TaxID, r.Device, r.Document, r.Sign)
}

// cpu is what this process and its ended children have used.
func cpu() time.Duration {
	sum := time.Duration(0)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}
