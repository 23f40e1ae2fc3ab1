package tgfake

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// refusal is an error that the caller of the API sees.
type refusal struct {
	code      int
	text      string
	retry     int   // seconds, of a 429
	migrateTo int64 // the new id of an upgraded group
}

func (r *refusal) Error() string { return r.description() }

// The rules by which the server builds the description are those of
// Client::fail_query_with_error in
// https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp

// status is the HTTP status and the error_code: unknown codes become 400.
func (r *refusal) status() int {
	switch {
	case r.code == http.StatusForbidden && isUpperCode(r.text):
		return http.StatusBadRequest // a raw MTProto code
	case r.code < 400, r.code == http.StatusNotFound && !strings.HasPrefix(r.text, "Not Found"):
		return http.StatusBadRequest
	}
	return r.code
}

// description is the text with the prefix of its status, its first letter
// lower-cased unless it begins an abbreviation.
func (r *refusal) description() string {
	prefix := map[int]string{
		http.StatusBadRequest:          "Bad Request",
		http.StatusUnauthorized:        "Unauthorized",
		http.StatusForbidden:           "Forbidden",
		http.StatusNotFound:            "Not Found",
		http.StatusConflict:            "Conflict",
		http.StatusMisdirectedRequest:  "Misdirected Request",
		http.StatusTooManyRequests:     "Too Many Requests",
		http.StatusInternalServerError: "Internal Server Error",
	}[r.status()]
	if prefix == "" || strings.HasPrefix(r.text, prefix) {
		return r.text
	}
	return prefix + ": " + lowerFirst(r.text)
}

func lowerFirst(s string) string {
	if len(s) < 2 || s[1] == '_' || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func isUpperCode(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

func bad(text string) error { return &refusal{code: http.StatusBadRequest, text: text} }

func badf(format string, args ...any) error { return bad(fmt.Sprintf(format, args...)) }

func forbidden(text string) error { return &refusal{code: http.StatusForbidden, text: text} }

func conflict(text string) error { return &refusal{code: http.StatusConflict, text: text} }

func flood(seconds int) error {
	return &refusal{code: http.StatusTooManyRequests, retry: seconds,
		text: fmt.Sprintf("Too Many Requests: retry after %d", seconds)}
}

// refusalOf turns any error of a method into what its caller sees.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return &refusal{code: http.StatusInternalServerError, text: err.Error()}
}

// The refusals with a fixed text: the server's own literals, and MTProto codes,
// all in capitals, that it passes through.
var (
	errNotFound       = &refusal{code: http.StatusNotFound, text: "Not Found"}
	errNoMethod       = &refusal{code: http.StatusNotFound, text: "Not Found: method not found"}
	errBadToken       = &refusal{code: http.StatusUnauthorized, text: "Unauthorized: invalid token specified"}
	errAlienToken     = &refusal{code: http.StatusMisdirectedRequest, text: "Misdirected Request: unallowed token specified"}
	errWrongToken     = &refusal{code: http.StatusUnauthorized, text: "Unauthorized"}
	errTooLarge       = &refusal{code: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
	errOtherPoller    = conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
	errPollEnded      = conflict("terminated by setWebhook request")
	errHookActive     = conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	errNoChatID       = bad("chat_id is empty")
	errNoChat         = bad("chat not found")
	errNoUser         = bad("user not found")
	errBlocked        = forbidden("bot was blocked by the user")
	errDeactivated    = forbidden("user is deactivated")
	errNeverStarted   = forbidden("bot can't initiate conversation with a user")
	errToBot          = forbidden("the bot can't send messages to the bot")
	errGroupDeleted   = forbidden("the group chat was deleted")
	errNoTextRight    = bad("Not enough rights to send text messages to the chat")
	errNotUTF8        = bad("strings must be encoded in UTF-8")
	errNoText         = bad("message text is empty")
	errBlankText      = bad("Text must be non-empty")
	errTextTooLong    = bad("Text is too long")
	errLongMessage    = bad("message is too long")
	errLongCaption    = bad("message caption is too long")
	errParseMode      = bad("unsupported parse_mode")
	errNotModified    = bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	errEditMissing    = bad("message to edit not found")
	errCannotEdit     = bad("message can't be edited")
	errEditNoText     = bad("there is no text in the message to edit")
	errEditNoCaption  = bad("there is no caption in the message to edit")
	errInlineExpected = bad("Inline keyboard expected")
	errDeleteMissing  = bad("message to delete not found")
	errCannotDelete   = bad("message can't be deleted")
	errCopyMissing    = bad("message to copy not found")
	errCannotCopy     = bad("message can't be copied")
	errForwardMissing = bad("message to forward not found")
	errProtected      = bad("message has protected content and can't be forwarded")
	errReplyMissing   = bad("message to be replied not found")
	errNoMessage      = bad("message not found")
	errNoThread       = bad("message thread not found")
	errTopicClosed    = bad("TOPIC_CLOSED")
	errTopicDeleted   = bad("TOPIC_DELETED")
	errTopicSame      = bad("TOPIC_NOT_MODIFIED")
	errNotForum       = bad("The chat is not a forum")
	errNoTopicRight   = bad("Not enough rights to create a topic")
	errStaleQuery     = bad("query is too old and response timeout expired or query ID is invalid")
	errLongAnswer     = bad("MESSAGE_TOO_LONG")
	errAnswerURL      = bad("URL_INVALID")
	errAction         = bad("wrong parameter action in request")
	errManyIDs        = bad("Too many message identifiers specified")
	errNoIDs          = bad("Message identifiers are not specified")
	errAlbumType      = bad("can't use the media of the specified type in the album")
	errAlbumEmpty     = bad("There are no messages to send")
	errAlbumFull      = bad("Too many messages to send as an album")
	errFileBig        = bad("file is too big")
	errFileID         = bad("invalid file_id")
	errFileGone       = bad("wrong file_id or the file is temporarily unavailable")
	errNoFileID       = bad("file_id not specified")
	errNoPhoto        = bad("there is no photo in the request")
	errNoDocument     = bad("there is no document in the request")
	errEmptyFile      = bad("file must be non-empty")
	errPhotoSides     = bad("PHOTO_INVALID_DIMENSIONS")
	errNotImage       = bad("IMAGE_PROCESS_FAILED")
	errFileURL        = bad("wrong HTTP URL specified")
	errFetch          = bad("failed to get HTTP URL content")
	errWrongFile      = bad("wrong file identifier/HTTP URL specified")
	errReaction       = bad("REACTION_INVALID")
)
