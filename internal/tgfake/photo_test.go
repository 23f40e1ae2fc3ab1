package tgfake

import (
	"bytes"
	"image"
	"io"
	"net/http"
	"testing"
	"time"
)

func TestAPhotoIsShrunkAndCompressed(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	m, err := u.SendPhoto(picture(t, 500, 1500), "чек")
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	var got []image.Point
	for _, f := range u.chat.find(m.ID).body.photo {
		got = append(got, image.Pt(f.width, f.height))
	}
	s.mu.Unlock()
	want := []image.Point{{30, 90}, {107, 320}, {267, 800}, {427, 1280}}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("sizes = %v, want %v", got, want)
		}
	}
	data, err := s.File(m.Photo.ID)
	if err != nil {
		t.Fatal(err)
	}
	img, kind, err := image.Decode(bytes.NewReader(data))
	if err != nil || kind != "jpeg" || img.Bounds().Dy() != 1280 {
		t.Errorf("the largest size is %s %v, %v, want a JPEG 1280 high", kind, img.Bounds(), err)
	}
}

func TestASmallPhotoIsNotEnlarged(t *testing.T) {
	t.Parallel()
	l, err := compress(picture(t, 600, 300))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l); n != 3 || l[n-1].width != 600 {
		t.Errorf("compress of 600×300 gives %d sizes up to %d, want 3 up to 600", n, l[n-1].width)
	}
}

func TestAPhotoIsTurnedUpright(t *testing.T) {
	t.Parallel()
	jpg := picture(t, 400, 200)
	exif := []byte("\xFF\xE1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	turned := append(append(append([]byte{}, jpg[:2]...), exif...), jpg[2:]...)
	l, err := compress(turned)
	if err != nil {
		t.Fatal(err)
	}
	if r := l[len(l)-1]; r.width != 200 || r.height != 400 {
		t.Errorf("a 400×200 photo with orientation 6 became %d×%d, want 200×400", r.width, r.height)
	}
	for o := 1; o <= 8; o++ {
		seen := map[image.Point]bool{}
		for y := range 2 {
			for x := range 3 {
				tx, ty := turned3(x, y, o)
				seen[image.Pt(tx, ty)] = true
			}
		}
		if len(seen) != 6 {
			t.Errorf("orientation %d puts 6 pixels into %d places", o, len(seen))
		}
	}
}

func turned3(x, y, o int) (int, int) { return turned(x, y, 3, 2, o) }

func TestADocumentIsKeptByteForByteAndItsLinkExpires(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now})
	u := s.User(UserSpec{FirstName: "Анна"})
	data := picture(t, 2000, 100)
	m := u.SendFile("чек.jpg", "image/jpeg", data, "")
	var f struct {
		Path string `json:"file_path"`
		Size int    `json:"file_size"`
	}
	must(t, s, "getFile", object{"file_id": m.Document.ID}, &f)
	if f.Size != len(data) {
		t.Errorf("file_size = %d, want %d", f.Size, len(data))
	}
	get := func() (int, []byte) {
		resp, err := http.Get(s.URL() + "/file/bot" + s.Token() + "/" + f.Path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body
	}
	if status, body := get(); status != 200 || !bytes.Equal(body, data) {
		t.Errorf("download = %d and %d bytes, want the %d sent", status, len(body), len(data))
	}
	clock.add(61 * time.Minute)
	if status, _ := get(); status != 404 {
		t.Errorf("after an hour the link answers %d, want 404", status)
	}
}

func TestAnAlbumIsSeveralMessages(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	p := picture(t, 100, 100)
	m, err := u.SendAlbum([][]byte{p, p})
	if err != nil {
		t.Fatal(err)
	}
	if len(m) != 2 || m[0].Album == "" || m[0].Album != m[1].Album || m[0].Photo.UniqueID == m[1].Photo.UniqueID {
		t.Errorf("SendAlbum = %+v, want two photos in one album", m)
	}
	if got := len(poll0(t, s, nil)); got != 2 {
		t.Errorf("the album came as %d updates, want 2", got)
	}
}
