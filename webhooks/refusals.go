package webhooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
)

// kinds is what every code means. Titles are the same in every answer of the code, and
// /docs lists them.
var kinds = map[Code]kind{
	CodeUnauthenticated: {http.StatusUnauthorized, "No valid API key"},
	CodeForbidden:       {http.StatusForbidden, "The API key may not do this"},
	CodeNotFound:        {http.StatusNotFound, "There is nothing here"},
	CodeMethod:          {http.StatusMethodNotAllowed, "The address does not take this method"},
	CodeMalformed:       {http.StatusBadRequest, "The request cannot be read"},
	CodeInvalid:         {http.StatusUnprocessableEntity, "The request does not have the right form"},
	CodeTooLarge:        {http.StatusRequestEntityTooLarge, "The body is too large"},
	CodeMediaType:       {http.StatusUnsupportedMediaType, "The body is not JSON"},
	CodeTimeout:         {http.StatusRequestTimeout, "The request came too slowly"},
	CodeLimited:         {http.StatusTooManyRequests, "Too many requests"},
	CodeKeyMissing:      {http.StatusBadRequest, "The Idempotency-Key is missing"},
	CodeKeyInvalid:      {http.StatusBadRequest, "The Idempotency-Key cannot be used"},
	CodeKeyReused:       {http.StatusUnprocessableEntity, "The Idempotency-Key belongs to another request"},
	CodeUnavailable:     {http.StatusServiceUnavailable, "Come back in a moment"},
	CodeInternal:        {http.StatusInternalServerError, "A fault on our side"},

	"MEMBER_NOT_FOUND":      {http.StatusNotFound, "There is no such member"},
	"MERCHANT_SUSPENDED":    {http.StatusConflict, "The merchant takes no part now"},
	"MEMBER_NOT_ACTIVE":     {http.StatusConflict, "The member has not joined, or has left"},
	"MEMBER_TAKEN":          {http.StatusConflict, "This belongs to another member"},
	"PHONE_INVALID":         {http.StatusUnprocessableEntity, "This is not a phone number"},
	"CARD_INVALID":          {http.StatusUnprocessableEntity, "This is not a card number of the programme"},
	"ROLE_INVALID":          {http.StatusUnprocessableEntity, "This role cannot be given so"},
	"SCOPE_INVALID":         {http.StatusUnprocessableEntity, "There is no such scope"},
	"LAST_ADMIN":            {http.StatusConflict, "The last administrator stays"},
	"LINK_INVALID":          {http.StatusGone, "The link is used or too old"},
	"INSUFFICIENT_POINTS":   {http.StatusConflict, "Not enough points"},
	"ACCOUNT_OWES":          {http.StatusConflict, "The account owes points or holds some"},
	"OPERATION_REUSED":      {http.StatusConflict, "This operation was done with other data before"},
	"OPERATION_REVERSED":    {http.StatusConflict, "The operation is reversed already, or cannot be"},
	"DECIDED_ALREADY":       {http.StatusConflict, "It was decided before"},
	"TOO_LATE":              {http.StatusConflict, "The time to do this is over"},
	"SUM_INVALID":           {http.StatusUnprocessableEntity, "The sum is out of range"},
	"SETTINGS_INVALID":      {http.StatusUnprocessableEntity, "These settings cannot be used"},
	"RECEIPT_NOT_FISCAL":    {http.StatusUnprocessableEntity, "The code is not of a fiscal receipt"},
	"RECEIPT_MALFORMED":     {http.StatusUnprocessableEntity, "The receipt cannot be read"},
	"PICTURE_INVALID":       {http.StatusUnprocessableEntity, "The picture cannot be used"},
	"PICTURE_TOO_LARGE":     {http.StatusRequestEntityTooLarge, "The picture is too large"},
	"MERCHANT_INVALID":      {http.StatusUnprocessableEntity, "The merchant's data cannot be used"},
	"MERCHANT_TAKEN":        {http.StatusConflict, "This merchant or device is registered already"},
	"MERCHANT_NOT_FOUND":    {http.StatusNotFound, "There is no such merchant, store or till"},
	"WEBHOOK_URL_INVALID":   {http.StatusUnprocessableEntity, "Events cannot be sent to this address"},
	"WEBHOOK_EVENT_INVALID": {http.StatusUnprocessableEntity, "There is no such event"},
	"WEBHOOK_TAKEN":         {http.StatusConflict, "This address is a webhook already"},
	"WEBHOOK_SECRET_SEALED": {http.StatusConflict, "The signing secret cannot be opened with the present key"},
	"WEBHOOK_NOT_FOUND":     {http.StatusNotFound, "There is no such webhook"},
}

// refusals gives each error that the product can return its one code. The first that
// matches counts.
var refusals = []struct {
	err  error
	code Code
}{
	{program.ErrForbidden, CodeForbidden},
	{program.ErrNotFound, CodeNotFound},
	{program.ErrTooLate, "TOO_LATE"},
	{program.ErrDone, "DECIDED_ALREADY"},
	{program.ErrSum, "SUM_INVALID"},
	{program.ErrNotMember, "MEMBER_NOT_ACTIVE"},
	{program.ErrOwnAccount, CodeForbidden},
	{program.ErrSuspended, "MERCHANT_SUSPENDED"},
	{program.ErrSettings, "SETTINGS_INVALID"},

	{members.ErrNotFound, "MEMBER_NOT_FOUND"},
	{members.ErrTaken, "MEMBER_TAKEN"},
	{members.ErrClosed, "MEMBER_NOT_ACTIVE"},
	{members.ErrNotPending, "MEMBER_TAKEN"},
	{members.ErrPhone, "PHONE_INVALID"},
	{members.ErrCard, "CARD_INVALID"},
	{members.ErrRole, "ROLE_INVALID"},
	{members.ErrScope, "SCOPE_INVALID"},
	{members.ErrLastAdmin, "LAST_ADMIN"},
	{members.ErrInvitation, "LINK_INVALID"},
	{members.ErrClaim, "LINK_INVALID"},
	{members.ErrKey, CodeUnauthenticated},

	{ledger.ErrReused, "OPERATION_REUSED"},
	{ledger.ErrOwes, "ACCOUNT_OWES"},
	{ledger.ErrReversed, "OPERATION_REVERSED"},
	{ledger.ErrNoAccount, CodeNotFound},
	{ledger.ErrNotFound, CodeNotFound},
	{ledger.ErrInvalid, CodeInvalid},

	{receipts.ErrNotFiscal, "RECEIPT_NOT_FISCAL"},
	{receipts.ErrMalformed, "RECEIPT_MALFORMED"},
	{receipts.ErrNotFound, CodeNotFound},
	{receipts.ErrRecorded, "OPERATION_REUSED"},
	{receipts.ErrDecided, "DECIDED_ALREADY"},
	{receipts.ErrNoQR, "PICTURE_INVALID"},
	{receipts.ErrBlurred, "PICTURE_INVALID"},
	{receipts.ErrPictureType, "PICTURE_INVALID"},
	{receipts.ErrBroken, "PICTURE_INVALID"},
	{receipts.ErrPictureSize, "PICTURE_TOO_LARGE"},
	{receipts.ErrTooManyPixels, "PICTURE_TOO_LARGE"},

	{catalog.ErrNotFound, "MERCHANT_NOT_FOUND"},
	{catalog.ErrTaken, "MERCHANT_TAKEN"},
	{catalog.ErrTaxID, "MERCHANT_INVALID"},
	{catalog.ErrDevice, "MERCHANT_INVALID"},
	{catalog.ErrInvalid, "MERCHANT_INVALID"},

	{ErrEndpointURL, "WEBHOOK_URL_INVALID"},
	{ErrEndpointType, "WEBHOOK_EVENT_INVALID"},
	{ErrEndpointTaken, "WEBHOOK_TAKEN"},
	{ErrNoEndpoint, "WEBHOOK_NOT_FOUND"},
	{ErrSeal, "WEBHOOK_SECRET_SEALED"},
}

// refusal turns any error into the answer that the caller gets. What the table does not
// know is our fault and says nothing of itself.
func refusal(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return caused(problem(r.code, ""), err)
		}
	}
	var field *receipts.FieldError
	var insufficient *ledger.InsufficientError
	switch {
	case errors.As(err, &field):
		return caused(problem("RECEIPT_MALFORMED", field.Field+": "+field.Reason), err)
	case errors.As(err, &insufficient):
		return caused(problem("INSUFFICIENT_POINTS", "There are "+points(insufficient.Have).Display+"."), err)
	case postgres.Retryable(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p := caused(problem(CodeUnavailable, "Repeat the same request, with the same Idempotency-Key."), err)
		p.after = 5 * time.Second
		return p
	}
	return caused(problem(CodeInternal, ""), err)
}

func caused(p *Problem, err error) *Problem {
	p.cause = err
	return p
}

// logRefusal tells the log what a caller is not told. Only faults of ours are errors.
func (s *Server) logRefusal(ctx context.Context, p *Problem) {
	if p.Status >= http.StatusInternalServerError {
		s.log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "code", p.Code, "err", p.cause)
	}
}
