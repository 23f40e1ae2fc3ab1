package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
)

// The library's own receive loops are not used: they confirm updates before these are
// handled, stop at an unknown field and answer 200 to a forged webhook.

// MaxDownload is the largest file that Telegram hands to a bot.
// https://core.telegram.org/bots/api#getfile
const MaxDownload = 20 << 20

// ErrTooBig says that a file is larger than the limit of its download.
var ErrTooBig = errors.New("file is too big")

// ErrNoFile says that Telegram does not hand out the file any more.
var ErrNoFile = errors.New("no such file")

// ClientOptions say how to reach the Bot API.
type ClientOptions struct {
	// Token is the bot's token from BotFather: "<id>:<secret>".
	Token string
	// URL is the base of the Bot API; empty means https://api.telegram.org.
	URL string
	// Proxy is an outgoing http, https or socks5 proxy; empty means the one that the
	// environment names, as Go reads it.
	Proxy string
	// Transport replaces the whole way out; nil means a new one through Proxy.
	Transport http.RoundTripper
}

// Client calls the Bot API. Its errors never hold the token.
type Client struct {
	API   *tg.Bot
	id    int64
	token string
	url   string
	http  *http.Client // no timeout of its own: each call has a context
}

// NewClient returns a client without calling Telegram, which may be away.
func NewClient(opts ClientOptions) (*Client, error) {
	id, err := botID(opts.Token)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(opts.URL, "/")
	if base == "" {
		base = "https://api.telegram.org"
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" {
		return nil, errors.New("the URL of the Bot API is not a URL")
	}
	way := opts.Transport
	if way == nil {
		if way, err = transport(opts.Proxy); err != nil {
			return nil, err
		}
	}
	c := &Client{id: id, token: opts.Token, url: base, http: &http.Client{Transport: guard{way}}}
	c.API, err = tg.New(opts.Token, tg.WithSkipGetMe(), tg.WithServerURL(base),
		tg.WithHTTPClient(time.Minute, &http.Client{Transport: guard{way}, Timeout: time.Minute}),
		tg.WithErrorsHandler(func(error) {})) // only the receive loops and closed pipes report there
	if err != nil {
		return nil, errors.New("the token of the bot is not usable")
	}
	return c, nil
}

// ID is the bot's own id, the first part of its token.
func (c *Client) ID() int64 { return c.id }

func botID(token string) (int64, error) {
	head, secret, ok := strings.Cut(token, ":")
	id, err := strconv.ParseInt(head, 10, 64)
	if !ok || err != nil || id <= 0 || secret == "" {
		return 0, errors.New("the token of a Telegram bot looks like 123456:ABC…; this one does not")
	}
	return id, nil
}

func transport(proxy string) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 32
	t.ResponseHeaderTimeout = 90 * time.Second // longer than the longest poll
	if proxy == "" {
		return t, nil
	}
	u, err := url.Parse(proxy)
	if err != nil || u.Host == "" {
		return nil, errors.New("the URL of the outgoing proxy is not a URL")
	}
	t.Proxy = http.ProxyURL(u)
	return t, nil
}

// Updates asks for updates from offset on and waits up to wait for the first. They come
// undecoded, so that one of an unknown shape spoils only itself.
func (c *Client) Updates(ctx context.Context, offset int64, wait time.Duration, kinds []string) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+20*time.Second)
	defer cancel()
	var updates []json.RawMessage
	err := c.call(ctx, "getUpdates", map[string]any{
		"offset": offset, "limit": 100, "timeout": int(wait.Seconds()), "allowed_updates": kinds,
	}, &updates)
	return updates, err
}

// call runs one method with JSON parameters, for what the library does not offer.
func (c *Client) call(ctx context.Context, method string, params, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/bot"+c.token+"/"+method, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request of %s", method)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("call %s: %w", method, withoutURL(err))
	}
	defer resp.Body.Close()
	var answer struct {
		OK          bool            `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Code        int             `json:"error_code"`
		Description string          `json:"description"`
		Parameters  struct {
			RetryAfter int   `json:"retry_after"`
			MigrateTo  int64 `json:"migrate_to_chat_id"`
		} `json:"parameters"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("call %s: %w", method, &TransientError{Status: resp.StatusCode, Err: errors.New("answer cut short")})
	}
	if !answer.OK {
		return fmt.Errorf("call %s: %w", method, &APIError{
			Code: answer.Code, Description: answer.Description,
			RetryAfter: time.Duration(answer.Parameters.RetryAfter) * time.Second, MigrateTo: answer.Parameters.MigrateTo,
		})
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("decode the result of %s: %w", method, err)
	}
	return nil
}

// APIError is a refusal in the Bot API's own words.
type APIError struct {
	Code        int
	Description string
	RetryAfter  time.Duration
	MigrateTo   int64
}

func (e *APIError) Error() string { return e.Description }

// withoutURL takes off the wrapper that spells the URL, which holds the token.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
