package notify

import (
	"time"

	"kopilka/members"
)

// Message is what a person gets, in no channel's own terms.
type Message struct {
	// Text is HTML of the few tags that every chat knows.
	Text    string     `json:"text,omitempty"`
	Buttons [][]Button `json:"buttons,omitempty"`
	// Contact is the label of a button that shares the person's own phone number.
	Contact string `json:"contact,omitempty"`
	// Photo is the channel's reference of a picture; Text is its caption then.
	Photo string `json:"photo,omitempty"`
	// Edit is the channel's message to be changed into this one, if it still can be.
	Edit string `json:"edit,omitempty"`
	// Copy is a message of the channel to be sent again as it is.
	Copy string `json:"copy,omitempty"`
}

// Button does something at a tap: an action of the channel with its argument, or a page.
type Button struct {
	Label  string `json:"label"`
	Action string `json:"action,omitempty"`
	Arg    int64  `json:"arg,omitempty"`
	URL    string `json:"url,omitempty"`
	Style  string `json:"style,omitempty"` // "danger", "success", "primary" or none
}

// The actions that messages of this package carry; each channel knows what to do.
const (
	ActionWhy       = "why"       // a receipt's breakdown; Arg is the receipt
	ActionConfirm   = "confirm"   // a redemption
	ActionDecline   = "decline"   // a redemption
	ActionReview    = "review"    // a receipt that waits for a person
	ActionHistory   = "hist"      // the history from its newest entry
	ActionStop      = "bcstop"    // a running broadcast
	ActionTier      = "tier"      // where the member stands
	ActionDispute   = "dispute"   // a refused receipt
	ActionPromoStop = "promostop" // no more news
)

// Delivery is one message on its way to one person.
type Delivery struct {
	ID      int64
	Member  members.ID
	Address string
	Message Message
	// Bulk says that it is one of a broadcast and must not hold up the others.
	Bulk bool
	// Attempt counts from 1.
	Attempt int
}

// State is what became of a try to send.
type State string

// The states of a delivery that a channel answers with.
const (
	Sent   State = "sent"
	Gone   State = "gone"   // the person cannot be reached there any more
	Failed State = "failed" // it will never pass
	Retry  State = "retry"  // later, after Outcome.After
)

// Outcome is a channel's answer.
type Outcome struct {
	State State
	// After is how long to wait before a retry; 0 leaves it to the sender.
	After time.Duration
	// Message is the channel's reference of what was sent.
	Message string
	Reason  string
}
