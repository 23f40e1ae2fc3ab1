package program

import (
	"time"

	"kopilka/catalog"
)

// Zone is the clock by which a place's receipts are printed and its days are counted; of
// a merchant without a store it is that of its country's capital.
func Zone(at catalog.Place) *time.Location { return zoneOf(at) }
