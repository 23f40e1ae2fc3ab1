package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"strings"

	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

const (
	flowRegister   = "register"
	registerCancel = Action("regx")
)

// register opens an account for a buyer: by /new <phone> [name], or by steps.
func register(ctx context.Context, t *Talk) error {
	if t.Args != "" && t.tapID == "" {
		return t.registerText(ctx, t.Args)
	}
	return t.askBuyer(ctx, "")
}

func (t *Talk) askBuyer(ctx context.Context, why string) error {
	if err := t.OpenFlow(ctx, flowRegister, "phone", nil); err != nil {
		return err
	}
	return t.EditOrSayHTML(ctx, t.line(why)+t.P.Text("register_ask"), Inline{
		Row(t.tap("button_claim", actionClaim, 0)),
		Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(registerCancel))),
	})
}

func registerAnswer(ctx context.Context, t *Talk) error {
	if len(t.desks()) == 0 {
		return t.noTill(ctx)
	}
	if phone, _ := t.Contact(); phone != "" {
		return t.registerText(ctx, phone+" "+t.Message.Contact.FirstName)
	}
	return t.registerText(ctx, t.Text())
}

// registerText reads a phone and perhaps a name, and opens the account.
func (t *Talk) registerText(ctx context.Context, text string) error {
	who, name, ok := t.splitBuyer(ctx, text)
	if !ok || who.phone == "" {
		return t.askBuyer(ctx, "register_unclear")
	}
	m, isNew, err := t.Program.RegisterByPhone(ctx, t.desks()[0], who.phone, name)
	if errors.Is(err, program.ErrForbidden) {
		return t.noTill(ctx)
	}
	if err != nil {
		return err
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.registered(ctx, m, isNew)
}

func (t *Talk) registered(ctx context.Context, m members.Member, isNew bool) error {
	who := m.Phone.Masked()
	if m.Name != "" {
		who = shortName(m) + ", " + who
	}
	data := texts.Data{"Who": who, "Card": m.Card.Grouped()}
	k := Inline{Row(t.tap("button_add", actionAccrue, m.ID))}
	switch {
	case m.State == members.StateBlocked:
		return t.Say(ctx, "deal_blocked", nil, nil)
	case m.State == members.StatePending:
		k = append(k, Row(t.tap("button_claim", actionClaim, m.ID)))
	default:
		k = Inline{append(k[0], t.tap("button_redeem", actionRedeem, m.ID))}
	}
	if isNew {
		return t.Say(ctx, "register_done", data, k)
	}
	return t.Say(ctx, "register_known", data, k)
}

// claimLink shows a code that the buyer opens on their own phone to join: only they can
// agree to the terms. With a profile that waits for them, its points become theirs.
func claimLink(ctx context.Context, t *Talk) error {
	pending := members.ID(t.Params.Int(0))
	if pending != 0 {
		m, err := members.Get(ctx, t.DB, pending)
		if errors.Is(err, members.ErrNotFound) || err == nil && m.State != members.StatePending {
			return t.Say(ctx, "claim_taken", nil, nil)
		}
		if err != nil {
			return err
		}
	}
	token, err := t.Program.NewClaimLink(ctx, t.desks()[0], pending)
	if errors.Is(err, program.ErrForbidden) {
		return t.noTill(ctx)
	}
	if err != nil {
		return err
	}
	if t.Flow != nil && t.Flow.Name == flowRegister { // the buyer does the rest
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
	}
	link := t.DeepLink("c_" + token)
	picture, err := qrPicture(link)
	if err != nil {
		return err
	}
	hours := texts.Count(members.ClaimLifetime.Hours())
	_, err = t.Photo(ctx, Upload{Name: "join.png", Data: picture}, "claim_show", texts.Data{"Link": link, "Hours": hours}, nil)
	return err
}

// qrSide is a code's picture in pixels: large enough to be scanned off a screen.
const qrSide = 640

// qrPicture draws text as a QR code with its quiet zone, as PNG.
func qrPicture(text string) ([]byte, error) {
	code, err := qr.Encode(strings.TrimSpace(text), qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	if code, err = barcode.Scale(code, qrSide, qrSide); err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, framed(code)); err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	return b.Bytes(), nil
}

// framed puts a code onto white paper.
func framed(code image.Image) image.Image {
	const margin = 48
	img := image.NewGray(image.Rect(0, 0, qrSide+2*margin, qrSide+2*margin))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(img, code.Bounds().Add(image.Pt(margin, margin)), code, code.Bounds().Min, draw.Src)
	return img
}
