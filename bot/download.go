package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
)

// Download fetches a file by its id, up to max bytes (0 means MaxDownload). It returns
// ErrTooBig or ErrNoFile for what no repeat will mend. A link lives for an hour, so one
// that has died is asked for again once.
func (c *Client) Download(ctx context.Context, fileID string, max int64) ([]byte, error) {
	if max <= 0 || max > MaxDownload {
		max = MaxDownload
	}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for range 2 {
		path, err := c.filePath(ctx, fileID, max)
		if err != nil {
			return nil, err
		}
		data, err := c.fetch(ctx, path, max)
		if !errors.Is(err, ErrNoFile) {
			return data, err
		}
	}
	return nil, fmt.Errorf("download a file: %w", ErrNoFile)
}

func (c *Client) filePath(ctx context.Context, fileID string, max int64) (string, error) {
	f, err := c.API.GetFile(ctx, &tg.GetFileParams{FileID: fileID})
	if err != nil {
		if Classify(err).Class == File {
			if strings.Contains(err.Error(), "file is too big") {
				return "", fmt.Errorf("ask for a file: %w", ErrTooBig)
			}
			return "", fmt.Errorf("ask for a file: %w", ErrNoFile)
		}
		return "", fmt.Errorf("ask for a file: %w", err)
	}
	if f.FileSize > max {
		return "", fmt.Errorf("ask for a file of %d bytes: %w", f.FileSize, ErrTooBig)
	}
	return f.FilePath, nil
}

func (c *Client) fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/file/bot"+c.token+"/"+path, nil)
	if err != nil {
		return nil, errors.New("download a file: its path is not usable")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("download a file: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, ErrNoFile
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("download a file: %w", &TransientError{Status: resp.StatusCode, Err: errors.New(http.StatusText(resp.StatusCode))})
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, max+1))
	if err != nil {
		return nil, fmt.Errorf("download a file: %w", &TransientError{Status: resp.StatusCode, Err: err})
	}
	if int64(len(data)) > max {
		return nil, fmt.Errorf("download a file: %w", ErrTooBig)
	}
	return data, nil
}

// isDownload reports whether a request is for a file's bytes, which are no JSON.
func isDownload(req *http.Request) bool { return req.Method == http.MethodGet }
