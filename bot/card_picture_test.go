package bot

import (
	"bytes"
	"image"
	_ "image/png"
	"os"
	"testing"

	"kopilka/members"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func drawn(t *testing.T, f cardFace) image.Image {
	t.Helper()
	data, err := f.draw()
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("KOPILKA_PICTURES"); dir != "" { // to be looked at
		if err := os.WriteFile(dir+"/"+string(f.Card)+".png", data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

func TestBothCodesOfACardAreRead(t *testing.T) {
	t.Parallel()
	for _, f := range []cardFace{
		{"Kopilka", "Анна", "Старт", "9643000000000003"},
		{"Торговый центр «Речной вокзал»", "Константин Константинопольский-Преображенский", "Платиновый уровень навсегда", "9643999999999991"},
		{"", "", "", "9643123456789016"},
	} {
		img := drawn(t, f)
		bits, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		square, err := qrcode.NewQRCodeReader().Decode(bits, nil)
		if err != nil || square.GetText() != string(f.Card) {
			t.Errorf("the QR code of %s reads %v, %v", f.Card, square, err)
		}
		bars, err := oned.NewCode128Reader().DecodeWithoutHints(bits)
		if err != nil || bars.GetText() != string(f.Card) {
			t.Errorf("the Code 128 of %s reads %v, %v", f.Card, bars, err)
		}
	}
}

func TestACardIsDrawnAnewOnlyWhenItChanges(t *testing.T) {
	t.Parallel()
	f := cardFace{"Kopilka", "Анна", "Старт", members.Card("9643000000000003")}
	same, gold, other := f, f, f
	gold.Tier, other.Card = "Золото", "9643999999999991"
	if f.key() != same.key() {
		t.Error("the same card has two keys")
	}
	if f.key() == gold.key() || f.key() == other.key() {
		t.Error("another card has the same key")
	}
}

func TestACardLeavesOutWhatTheFontLacks(t *testing.T) {
	t.Parallel()
	plain, err := cardFace{"Kopilka", "Ганна", "Старт", "9643000000000003"}.draw()
	if err != nil {
		t.Fatal(err)
	}
	flowers, err := cardFace{"Kopilka", "🌸 Ганна 王", "Старт", "9643000000000003"}.draw()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(plain, flowers) {
		t.Error("flowers are drawn as boxes")
	}
}
