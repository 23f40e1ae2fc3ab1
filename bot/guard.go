package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxAnswer bounds an answer of the Bot API: a hundred updates of a few kilobytes.
const maxAnswer = 16 << 20

// TransientError says that the Bot API could not be reached or was not itself: a broken
// line, a 5xx, a gateway's HTML page. The call may have been carried out all the same.
type TransientError struct {
	Status int // 0 when no answer came
	Err    error
}

func (e *TransientError) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("telegram is out of reach: %v", e.Err)
	}
	return fmt.Sprintf("telegram answered %d: %v", e.Status, e.Err)
}

func (e *TransientError) Unwrap() error { return e.Err }

// guard makes every answer one that can be decoded: the library loses the status of
// what is not JSON and prints the whole page into its error.
type guard struct{ next http.RoundTripper }

func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, &TransientError{Err: withoutURL(err)}
	}
	if isDownload(req) {
		return resp, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, &TransientError{Status: resp.StatusCode, Err: err}
	}
	if len(body) > maxAnswer {
		return nil, &TransientError{Status: resp.StatusCode, Err: fmt.Errorf("answer over %d bytes", maxAnswer)}
	}
	if resp.StatusCode >= 500 {
		return nil, &TransientError{Status: resp.StatusCode, Err: fmt.Errorf("%s", http.StatusText(resp.StatusCode))}
	}
	if !json.Valid(body) {
		if resp.StatusCode < 400 {
			return nil, &TransientError{Status: resp.StatusCode, Err: fmt.Errorf("answer is not JSON")}
		}
		body = refusal(resp)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// refusal says a gateway's page over again as the Bot API would.
func refusal(resp *http.Response) []byte {
	wait, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	if resp.StatusCode == http.StatusTooManyRequests && wait < 1 {
		wait = 1
	}
	body, _ := json.Marshal(map[string]any{
		"ok": false, "error_code": resp.StatusCode, "description": http.StatusText(resp.StatusCode),
		"parameters": map[string]any{"retry_after": wait},
	})
	return body
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
