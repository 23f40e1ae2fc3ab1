package receipts

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	_ "crypto/sha256" // for crypto.Hash.New
	_ "crypto/sha512"
	"encoding/asn1"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/brainpool"
)

// The log message of a transaction is set by BSI TR-03151-1; the algorithms' identifiers
// by BSI TR-03111, 5.2.1.
var (
	transactionLog = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 3, 7, 1, 1}
	plainECDSA     = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 1, 1, 4, 1}
)

var tseAlgorithms = map[string]struct {
	arc  int
	hash crypto.Hash
}{
	"ecdsa-plain-sha224": {2, crypto.SHA224},
	"ecdsa-plain-sha256": {3, crypto.SHA256},
	"ecdsa-plain-sha384": {4, crypto.SHA384},
	"ecdsa-plain-sha512": {5, crypto.SHA512},
}

// verified rebuilds what the security device has signed and verifies it under the key
// that the code carries. What cannot be verified, an unknown algorithm too, is not.
func (t tse) verified() bool {
	alg, ok := tseAlgorithms[strings.ToLower(t.algorithm)]
	if !ok {
		return false
	}
	log, err := time.Parse(time.RFC3339, t.log)
	if err != nil {
		return false
	}
	key := pointOf(t.publicKey)
	if key == nil {
		return false
	}
	r, s, ok := t.rs()
	if !ok {
		return false
	}
	for _, at := range t.times(log.UTC()) {
		message, err := t.message(alg.arc, at)
		if err != nil {
			return false
		}
		hash := alg.hash.New()
		hash.Write(message)
		if ecdsa.Verify(key, hash.Sum(nil), r, s) {
			return true
		}
	}
	return false
}

// pointOf is the public key of an uncompressed point. Which curve it is on is nowhere
// said, so it is tried: those of NIST and the Brainpool ones of RFC 5639. No point but by
// a chance of one in 2²⁵⁶ is on both.
func pointOf(b []byte) *ecdsa.PublicKey {
	if len(b)%2 == 0 || b[0] != 4 {
		return nil
	}
	curves := map[int][]elliptic.Curve{
		65:  {elliptic.P256(), brainpool.P256r1()},
		97:  {elliptic.P384(), brainpool.P384r1()},
		129: {brainpool.P512r1()},
		133: {elliptic.P521()},
	}
	half := (len(b) - 1) / 2
	x, y := new(big.Int).SetBytes(b[1:1+half]), new(big.Int).SetBytes(b[1+half:])
	for _, c := range curves[len(b)] {
		if p := c.Params().P; x.Cmp(p) < 0 && y.Cmp(p) < 0 && c.IsOnCurve(x, y) {
			return &ecdsa.PublicKey{Curve: c, X: x, Y: y}
		}
	}
	return nil
}

// rs are the halves of the signature: side by side, as its name says, or in DER, as some
// devices write it all the same.
func (t tse) rs() (r, s *big.Int, ok bool) {
	half := (len(t.publicKey) - 1) / 2
	if sig := t.signatureBytes; len(sig) == 2*half {
		return new(big.Int).SetBytes(sig[:half]), new(big.Int).SetBytes(sig[half:]), true
	}
	var both struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(t.signatureBytes, &both)
	return both.R, both.S, err == nil && len(rest) == 0
}

// times are the encodings of the log time that the device may have signed, the declared
// one first. What is declared is the print's in some tills, so the commonest is tried
// too. Two is the bound on the work that a stranger's code can cause.
func (t tse) times(at time.Time) [][]byte {
	integer := func() []byte { b, _ := asn1.Marshal(at.Unix()); return b } // an int64 always marshals
	text := func(tag int, layout string) []byte { return der(asn1.ClassUniversal, tag, []byte(at.Format(layout))) }
	switch strings.ToLower(t.timeFormat) {
	case "utctime":
		return [][]byte{text(asn1.TagUTCTime, "060102150405Z"), integer()}
	case "utctimewithseconds":
		return [][]byte{text(asn1.TagUTCTime, "060102150405Z"), integer()}
	case "generalizedtime":
		return [][]byte{text(asn1.TagGeneralizedTime, "20060102150405Z"), integer()}
	case "generalizedtimewithmilliseconds":
		return [][]byte{text(asn1.TagGeneralizedTime, "20060102150405.000Z"), integer()}
	}
	return [][]byte{integer(), text(asn1.TagUTCTime, "060102150405Z")}
}

// message is the log message's signed part: version, kind, operation, client, data and
// type of the process, transaction, the device's serial number, algorithm, counter, time.
func (t tse) message(arc int, at []byte) ([]byte, error) {
	transaction, err := strconv.ParseInt(t.transaction, 10, 64)
	if err != nil {
		return nil, err
	}
	counter, err := strconv.ParseInt(t.counter, 10, 64)
	if err != nil {
		return nil, err
	}
	const context = asn1.ClassContextSpecific
	version, _ := asn1.Marshal(2) // constants and numbers always marshal
	kind, _ := asn1.Marshal(transactionLog)
	number, _ := asn1.Marshal(transaction)
	algorithm, _ := asn1.Marshal(struct{ OID asn1.ObjectIdentifier }{append(plainECDSA[:len(plainECDSA):len(plainECDSA)], arc)})
	count, _ := asn1.Marshal(counter)
	hash := crypto.SHA256.New()
	hash.Write(t.publicKey)
	var m []byte
	for _, part := range [][]byte{
		version, kind,
		der(context, 0, []byte("FinishTransaction")), der(context, 1, []byte(t.client)),
		der(context, 2, []byte(t.data)), der(context, 3, []byte(t.process)),
		der(context, 5, number[2:]), // the number's own tag is replaced
		der(asn1.ClassUniversal, asn1.TagOctetString, hash.Sum(nil)), algorithm, count, at,
	} {
		m = append(m, part...)
	}
	return m, nil
}

func der(class, tag int, value []byte) []byte {
	b, _ := asn1.Marshal(asn1.RawValue{Class: class, Tag: tag, Bytes: value}) // a raw value always marshals
	return b
}
