package webhooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"kopilka/catalog"
	"kopilka/program"
	"kopilka/receipts"
)

const purchaseDescription = `Three ways to say what was bought: ` + "`qr`" + `, the text of the receipt's code as the till printed it; ` + "`fiscal`" + `, the same requisites one by one; or ` + "`document`" + `, your own number of a sale that has no fiscal receipt. The first two count once together with the buyer's own scan of that receipt, whichever comes first.

The answer is 201 when points were added, 202 when the decision or the points are to be waited for, and 200 when the purchase earned nothing: ` + "`verdict`" + ` and ` + "`reason`" + ` say why.`

type purchaseInput struct {
	Key  string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"257" example:"order-10017" doc:"Your own name of this request: letters, digits, and - _ . : only."`
	Body PurchaseRequest
}

// PurchaseRequest is what a till tells of a sale.
type PurchaseRequest struct {
	Member   Buyer       `json:"member" doc:"Who bought: exactly one of id, card and phone."`
	QR       string      `json:"qr,omitempty" maxLength:"4096" example:"t=20261121T1405&s=1249.90&fn=9960440300000001&i=71&fp=2345678901&n=1" doc:"The text of the fiscal code. It has the sum and the time in it: leave total and time out."`
	Fiscal   *Fiscal     `json:"fiscal,omitempty"`
	Document string      `json:"document,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9._:/-]*$" example:"order-10017" doc:"Your own number of a sale without a fiscal receipt: it counts once for ever."`
	Total    *Money      `json:"total,omitempty" doc:"What was paid. Needed with fiscal and document."`
	Time     *time.Time  `json:"time,omitempty" example:"2026-11-21T14:05:00+03:00" doc:"When, with the shop's own offset: the clock of the receipt is read off it. Needed with fiscal and document."`
	Merchant *MerchantID `json:"merchant,omitempty" doc:"Needed with document by keys that are not one merchant's."`
	Store    *StoreID    `json:"store,omitempty"`
}

// Fiscal are the requisites that tell one fiscal receipt from all others.
type Fiscal struct {
	Country     string `json:"country" pattern:"^[A-Z]{2}$" example:"RU" doc:"ISO 3166-1 alpha-2."`
	Device      string `json:"device" minLength:"1" maxLength:"64" example:"9960440300000001" doc:"RU: ФН. UA: ФН of РРО or ПРРО. KZ: РНМ."`
	Document    string `json:"document" minLength:"1" maxLength:"64" example:"71" doc:"RU: ФД. Elsewhere the receipt's number."`
	Sign        string `json:"sign,omitempty" maxLength:"64" example:"2345678901" doc:"RU: ФП."`
	SellerTaxID string `json:"seller_tax_id,omitempty" maxLength:"20" pattern:"^[0-9]*$" example:"7707083893"`
}

type purchaseOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed" doc:"true when this is the answer to an earlier request with the same key."`
	Body     Purchase
}

func (s *Server) postPurchase(ctx context.Context, in *purchaseInput) (*purchaseOutput, error) {
	done, replayed, err := once(ctx, s, bareKey(in.Key), in.Body, func(ref string) (answer[Purchase], error) {
		m, err := s.lookUp(ctx, "body", "member/", in.Body.Member)
		if err != nil {
			return answer[Purchase]{}, err
		}
		receipt, sub, err := s.receiptOf(ctx, in.Body, ref)
		if err != nil {
			return answer[Purchase]{}, err
		}
		o, err := s.program.Accrue(ctx, actorOf(ctx), m.ID, receipt, sub)
		if err != nil {
			return answer[Purchase]{}, err
		}
		return answer[Purchase]{statusOf(o), purchase(o)}, nil
	})
	if err != nil {
		return nil, err
	}
	out := &purchaseOutput{Status: done.Status, Body: done.Body}
	if replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// receiptOf makes one receipt of whichever way the sale was told, and says where it was.
func (s *Server) receiptOf(ctx context.Context, p PurchaseRequest, ref string) (receipts.Receipt, program.Submission, error) {
	sub := program.Submission{Door: "api", Ref: ref, Via: receipts.ViaTill}
	if err := p.check(); err != nil {
		return receipts.Receipt{}, sub, err
	}
	var r receipts.Receipt
	var err error
	merchant := merchantOf(ctx, p.Merchant)
	place := "fiscal"
	if p.QR != "" {
		place = "qr"
		r, err = receipts.Parse(p.QR)
	} else {
		r, err = receipts.FromSale(p.sale(merchant))
	}
	if err != nil {
		return r, sub, within("body", place, err)
	}
	if p.Document != "" && merchant == 0 {
		return r, sub, invalid("body", "merchant", "needed: this key is not one merchant's")
	}
	if p.Document == "" {
		// A registered device says itself where it stands, and program forbids a key to
		// speak for another merchant's; only a device that nobody knows is taken for the
		// caller's own.
		_, err := catalog.ByDevice(ctx, s.db, r.Country, r.Device)
		if err == nil {
			return r, sub, nil
		}
		if !errors.Is(err, catalog.ErrNotFound) {
			return r, sub, err
		}
	}
	sub.Merchant = merchant
	if p.Store != nil {
		sub.Store = catalog.StoreID(*p.Store)
	}
	return r, sub, nil
}

// merchantOf is whom the key speaks for: its own merchant if it has one, for program
// would forbid any other, else the one that the request names.
func merchantOf(ctx context.Context, named *MerchantID) catalog.MerchantID {
	if named != nil {
		return catalog.MerchantID(*named)
	}
	return catalog.MerchantID(actorOf(ctx).Merchant)
}

// check finds what the schema cannot say: which properties go together.
func (p PurchaseRequest) check() error {
	ways := 0
	for _, given := range []bool{p.QR != "", p.Fiscal != nil, p.Document != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return invalid("body", "", "give exactly one of qr, fiscal and document")
	case p.QR != "" && (p.Total != nil || p.Time != nil):
		return invalid("body", "qr", "the code has the sum and the time in it: leave total and time out")
	case p.QR == "" && (p.Total == nil || p.Total.Minor == 0):
		return invalid("body", "total", "needed, and more than nothing")
	case p.QR == "" && p.Time == nil:
		return invalid("body", "time", "needed")
	}
	return nil
}

func (p PurchaseRequest) sale(merchant catalog.MerchantID) receipts.TillSale {
	sale := receipts.TillSale{Total: receipts.Money(*p.Total), Time: receipts.LocalTimeOf(*p.Time)}
	if p.Fiscal == nil {
		text, _ := MerchantID(merchant).MarshalText()
		sale.Ref = "api:" + string(text) + ":" + p.Document
		return sale
	}
	sale.Country, sale.Device, sale.Document, sale.Sign = p.Fiscal.Country, p.Fiscal.Device, p.Fiscal.Document, p.Fiscal.Sign
	sale.SellerTaxID = receipts.TaxID(p.Fiscal.SellerTaxID)
	return sale
}

func statusOf(o program.Outcome) int {
	switch o.Verdict {
	case program.VerdictOK:
		if !o.AvailableAt.IsZero() {
			return http.StatusAccepted
		}
		return http.StatusCreated
	case program.VerdictPending, program.VerdictLimit, program.VerdictReview, program.VerdictTotalMismatch, program.VerdictSys:
		return http.StatusAccepted
	}
	return http.StatusOK
}
