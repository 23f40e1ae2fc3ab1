package program

// Verdict is the answer that a receipt gets: a closed list, so that every door has words
// and a next step for each.
type Verdict string

// The verdicts. All but OK, PENDING, LIMIT and REVIEW are refusals.
const (
	VerdictOK            Verdict = "OK"
	VerdictPending       Verdict = "PENDING"        // accepted; the tax service has not confirmed it yet
	VerdictBlurred       Verdict = "BLURRED"        // a code is seen and cannot be read
	VerdictNoQR          Verdict = "NO_QR"          // no code in the picture
	VerdictNotFiscal     Verdict = "NOT_FISCAL"     // a code, not of a receipt
	VerdictDupSelf       Verdict = "DUP_SELF"       // the same member sent it before
	VerdictDupOther      Verdict = "DUP_OTHER"      // another member sent it before
	VerdictTooOld        Verdict = "TOO_OLD"        // out of the age window
	VerdictFuture        Verdict = "FUTURE"         // dated after now
	VerdictBeforeJoin    Verdict = "BEFORE_JOIN"    // bought too long before joining
	VerdictShopOut       Verdict = "SHOP_OUT"       // the seller does not take part
	VerdictRefund        Verdict = "REFUND"         // a return of goods
	VerdictNotSale       Verdict = "NOT_SALE"       // a fiscal document that is not a sale
	VerdictTotalMismatch Verdict = "TOTAL_MISMATCH" // the code and the print disagree
	VerdictNotFoundTax   Verdict = "NOT_FOUND_TAX"  // the tax service does not know it
	VerdictMinSum        Verdict = "MIN_SUM"        // below the least sum
	VerdictLimit         Verdict = "LIMIT"          // enough for today; counted tomorrow
	VerdictReview        Verdict = "REVIEW"         // a person decides
	VerdictManyQR        Verdict = "MANY_QR"        // several receipts in one picture, each with its own answer
	VerdictTooBig        Verdict = "TOO_BIG"        // over the size that is taken
	VerdictBadType       Verdict = "BAD_TYPE"       // a kind of file that is not taken
	VerdictSys           Verdict = "SYS"            // our trouble; kept, and judged later
)

// Verdicts lists every verdict.
func Verdicts() []Verdict {
	return []Verdict{VerdictOK, VerdictPending, VerdictBlurred, VerdictNoQR, VerdictNotFiscal, VerdictDupSelf, VerdictDupOther,
		VerdictTooOld, VerdictFuture, VerdictBeforeJoin, VerdictShopOut, VerdictRefund, VerdictNotSale, VerdictTotalMismatch,
		VerdictNotFoundTax, VerdictMinSum, VerdictLimit, VerdictReview, VerdictManyQR, VerdictTooBig, VerdictBadType, VerdictSys}
}

// Reason says why a receipt went to a person.
type Reason string

// The reasons for a review.
const (
	ReasonNoTotal Reason = "no_total"  // the code carries no sum, or two readings of it
	ReasonForged  Reason = "sign"      // the same document with another fiscal sign
	ReasonPrinted Reason = "printed"   // read from print, and large or one too many
	ReasonSame    Reason = "same_sale" // a cashier has booked a sale like this one
	ReasonDispute Reason = "dispute"   // the member asked for it
	ReasonNoMoney Reason = "currency"  // a currency that the programme does not count
	ReasonCheck   Reason = "check"     // a check on the code itself failed
)
