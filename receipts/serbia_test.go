package receipts

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// serbian builds a head: what the tax service prints into the link.
func serbian(host string, kind, transaction byte, buyer string) string {
	b := []byte{3}
	b = append(b, "SELLER01SIGNER02"...)
	b = append(b, 42, 0, 0, 0, 41, 0, 0, 0)
	b = append(b, 0x40, 0xe2, 0x01, 0, 0, 0, 0, 0)          // 123456 ten-thousandths: 12.35
	b = append(b, 0, 0, 0x01, 0x94, 0x2b, 0xe8, 0xa8, 0x58) // 2025-01-03T11:24:15Z
	b = append(b, kind, transaction, byte(len(buyer)))
	b = append(b, buyer...)
	b = append(b, bytes.Repeat([]byte{0xfb, 0xef}, 256)...)
	sum := md5.Sum(b)
	return "https://" + host + "/v/?vl=" + url.QueryEscape(base64.StdEncoding.EncodeToString(append(b, sum[:]...)))
}

func TestNoByteOfASerbianHeadCanBeChangedUnderItsHash(t *testing.T) {
	t.Parallel()
	code := serbian("suf.purs.gov.rs", 0, 0, "")
	head, _ := taxCoreBytes(code)
	for at := range head {
		changed := bytes.Clone(head)
		changed[at] ^= 1
		r, err := Parse("https://suf.purs.gov.rs/v/?vl=" + url.QueryEscape(base64.StdEncoding.EncodeToString(changed)))
		if err == nil && checkNamed(r, "md5") != Fail {
			t.Errorf("the head with byte %d changed passes", at)
		}
	}
}

func TestASerbianLinkReadsTheSameWithItsPlusesLost(t *testing.T) {
	t.Parallel()
	code := serbian("suf.purs.gov.rs", 0, 0, "")
	want, err := Parse(code)
	if err != nil || want.Total != (Money{1235, "RSD"}) || want.Time.String()+want.Zone != "2025-01-03T11:24:15Z" {
		t.Fatalf("Parse(%q) = %v %v, %v", code, want.Total, want.Time, err)
	}
	for _, spelling := range []string{
		strings.ReplaceAll(code, "%2B", "+"),
		strings.ReplaceAll(code, "%2B", " "),
		strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(code, "%2B", "-"), "%2F", "_"), "%3D", ""),
		strings.ToLower(code[:30]) + code[30:] + "&lang=sr",
		strings.Replace(code, "vl=", "VL=", 1),
	} {
		if got, err := Parse(spelling); err != nil || got.Key() != want.Key() || checkNamed(got, "md5") != Pass {
			t.Errorf("Parse(%q) = %q, %v, want %q with its hash", spelling, got.Key(), err, want.Key())
		}
	}
}

func TestABuyersNumberIsNotKept(t *testing.T) {
	t.Parallel()
	const person, company = "11:0101990710001", "10:100181730"
	for _, c := range []struct {
		code, number string
		kept         bool
	}{
		{serbian("suf.purs.gov.rs", 0, 0, person), person, false},
		{serbian("suf.purs.gov.rs", 0, 0, company), company, true},
	} {
		r, err := Parse(c.code)
		if err != nil {
			t.Fatal(err)
		}
		head, _ := taxCoreBytes(r.Text)
		if got := bytes.Contains(head, []byte(c.number)); got != c.kept {
			t.Errorf("the text kept of a receipt of buyer %s holds the number: %v, want %v", c.number, got, c.kept)
		}
		if checkNamed(r, "md5") != Pass {
			t.Errorf("a receipt of buyer %s lost its hash", c.number)
		}
	}
	r, err := Parse("A:500100209*B:123456789*C:PT*D:FT*E:N*F:20260101*G:FT A/1*H:J6F32MXV-1*O:34.50")
	if kept := fmt.Sprintf("%+v", r); err != nil || strings.Contains(kept, "123456789") {
		t.Errorf("a Portuguese receipt keeps its buyer: %s, %v", kept, err)
	}
}

// A broken hash stays broken when the buyer is taken out.
func TestTakingTheBuyerOutMendsNothing(t *testing.T) {
	t.Parallel()
	head, _ := taxCoreBytes(serbian("suf.purs.gov.rs", 0, 0, "11:0101990710001"))
	head[30]++
	r, err := Parse("https://suf.purs.gov.rs/v/?vl=" + url.QueryEscape(base64.StdEncoding.EncodeToString(head)))
	if err != nil || checkNamed(r, "md5") != Fail {
		t.Errorf("md5 of a changed head = %q, %v, want fail", checkNamed(r, "md5"), err)
	}
}

func TestTheSameSystemOfTwoCountriesIsTold(t *testing.T) {
	t.Parallel()
	srpska, err := Parse(serbian("suf.poreskaupravars.org", 0, 0, ""))
	if err != nil || srpska.Country != "BA" || srpska.Total != (Money{1235, "BAM"}) || srpska.Key() != "BA:SELLER01-SIGNER02-42" || srpska.Till() != "SELLER01" {
		t.Errorf("Parse = %s %v %s %s, %v", srpska.Country, srpska.Total, srpska.Key(), srpska.Till(), err)
	}
	if r, err := Parse(serbian("suf.purs.gov.rs.example.com", 0, 0, "")); err == nil {
		t.Errorf("a link to a stranger's host was read as %s", r.Key())
	}
	sandbox, err := Parse(serbian("sandbox.suf.purs.gov.rs", 0, 0, ""))
	if err != nil || checkNamed(sandbox, "production") != Fail {
		t.Errorf("production of the sandbox = %q, %v, want fail", checkNamed(sandbox, "production"), err)
	}
}
