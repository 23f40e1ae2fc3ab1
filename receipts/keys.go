package receipts

import "crypto/x509"

// Keys are what a seller has registered beforehand, for the checks of level L5. The zero
// value knows nothing.
type Keys struct {
	// TSE are the SHA-256 of the public keys of German technical security devices, in
	// hexadecimal: the number that the device itself has.
	TSE []string
	// Certificates are of Austrian signature devices and of Polish KSeF's offline seals.
	Certificates []*x509.Certificate
	// Secrets are the codes that a tax service gave the seller to sign links with, by
	// their identifier: CSC in Brazil and Paraguay.
	Secrets map[string]string
}
