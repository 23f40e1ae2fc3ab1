package receipts

import (
	"regexp"
	"strings"
	"time"
)

// armenia is the text of new generation cash registers (ՀԴՄ, https://www.petekamutner.am):
// the seller's tax number, the register's number in the tax service (CRN), the receipt's
// number, its time by a clock of twelve hours and the fiscal number.
//
// Neither the service nor the register's makers say in which order day and month stand;
// where the text itself does not settle it, the day is taken to be first.
var armenia = format{
	country: "AM", name: "hdm-ecr", currency: "AMD", east: 4 * time.Hour,
	is: func(in input) bool {
		l := labelled(in.text, armenianNames)
		return l.has("crn", "receipt_id") || l.has("tin", "crn", "fiscal")
	},
	read:     readArmenia,
	identify: identifyArmenia,
	key:      func(r Receipt) Key { return Key("AM:" + r.Device + ":" + r.Document) },
	checks: func(r Receipt) []Check {
		return []Check{
			{"tin_8_digits", passIf(len(r.SellerTaxID) == 8 && allDigits(string(r.SellerTaxID))), L1},
			{"crn_8_digits", passIf(len(r.Device) == 8), L1},
		}
	},
	write: func(q requisites) string {
		when := strings.Replace(q.Time.String(), "T", " ", 1)
		return "TIN:" + string(q.SellerTaxID) + ", CRN:" + q.Device + ", Receipt_ID: " + q.Document +
			", Receipt_Time:" + when + ", FISCAL:" + q.Sign + ",TOTAL:" + q.Total
	},
}

var armenianNames = regexp.MustCompile(`(?i)\b(TIN|CRN|SERIAL|Receipt_ID|Receipt_Time|FISCAL|TOTAL_CASH|TOTAL_NONCASH|PREP_USAGE|PARTIAL|TOTAL)\s*[:=]`)

func readArmenia(f *fields) Receipt {
	labelled(f.in.text, armenianNames).in(f)
	r := Receipt{Device: f.need("crn"), Document: f.need("receipt_id"), Sign: f.get("fiscal"), SellerTaxID: TaxID(f.get("tin"))}
	r.Time = f.timeFrom("receipt_time", clockOf12(f.get("receipt_time")))
	f.sum("total")
	return r
}

var noonClock = regexp.MustCompile(`(?i)^(\d\d?)([/.-])(\d\d?)[/.-](\d{4})\s+(\d\d?):(\d\d(?::\d\d)?)\s*([ap])\.?m\.?$`)

// clockOf12 writes 02/03/2023 2:49:44 PM as 02/03/2023 14:49:44. A second number above
// 12 can only be the day.
func clockOf12(s string) string {
	m := noonClock.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	two := func(n string) string { return strings.Repeat("0", 2-len(n)) + n }
	day, month, hour := two(m[1]), two(m[3]), two(m[5])
	if month > "12" {
		day, month = month, day
	}
	switch {
	case hour > "12" || hour == "00":
		return s
	case hour == "12":
		hour = "00"
	}
	if strings.EqualFold(m[7], "p") {
		hour = [...]string{"12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23"}[10*(hour[0]-'0')+hour[1]-'0']
	}
	return day + "/" + month + "/" + m[4] + " " + hour + ":" + m[6]
}

func identifyArmenia(r *Receipt) (err error) {
	if r.Device, err = digits(r.Format, "CRN", r.Device, 12); err != nil {
		return err
	}
	if r.Document, err = number(r.Format, "Receipt_ID", r.Document, 12); err != nil {
		return err
	}
	if r.SellerTaxID == "" {
		return nil
	}
	tin, err := digits(r.Format, "TIN", string(r.SellerTaxID), 10)
	r.SellerTaxID = TaxID(tin)
	return err
}
