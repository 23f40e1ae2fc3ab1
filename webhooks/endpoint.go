package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// EndpointID names a receiver of events.
type EndpointID int64

// EventPointsAccrued is sent when points have been added to a member's account.
const EventPointsAccrued = "points.accrued"

// EventTypes are the events that an endpoint may ask for.
var EventTypes = []string{EventPointsAccrued}

// Endpoint is a receiver of signed events.
type Endpoint struct {
	ID       EndpointID
	Merchant int64 // 0: events of every merchant
	URL      string
	Types    []string
	State    string // enabled, disabled
	Reason   string // why it was disabled
	Created  time.Time
}

// NewEndpoint says where events shall go. With no Types it is told of all.
type NewEndpoint struct {
	Merchant int64
	URL      string
	Types    []string
	// AllowLoopback admits plain http and addresses of this machine: for tests and the
	// demo alone.
	AllowLoopback bool
	// Seal keeps the secret unreadable in the database; nil keeps it as it is.
	Seal *Seal
}

var (
	// ErrEndpointURL says that events cannot go to that address.
	ErrEndpointURL = errors.New("a webhook's address is https://host[:443|:8443]/…, with no name or password in it")
	// ErrEndpointType says that there is no such event.
	ErrEndpointType = errors.New("no such event type")
	// ErrEndpointTaken says that the merchant's events go to that address already.
	ErrEndpointTaken = errors.New("that address is a webhook already")
	// ErrNoEndpoint says that there is no such endpoint.
	ErrNoEndpoint = errors.New("no such webhook endpoint")
)

// CreateEndpoint adds a receiver and returns its signing secret, which is shown this
// once. The address is checked by its form here, and by where it leads at every dial.
func CreateEndpoint(ctx context.Context, tx pgx.Tx, n NewEndpoint, at time.Time) (EndpointID, Secret, error) {
	if err := checkURL(n.URL, n.AllowLoopback); err != nil {
		return 0, "", err
	}
	if len(n.Types) == 0 {
		n.Types = EventTypes
	}
	for _, t := range n.Types {
		if !slices.Contains(EventTypes, t) {
			return 0, "", fmt.Errorf("%w: %q", ErrEndpointType, t)
		}
	}
	secret := newSecret()
	var id EndpointID
	err := tx.QueryRow(ctx, `
		INSERT INTO webhooks.endpoint (merchant_id, url, secret, event_types, state, created_at)
		VALUES ($1, $2, $3, $4, 'enabled', $5)
		RETURNING id`,
		n.Merchant, n.URL, n.Seal.close(secret), n.Types, at).Scan(&id)
	if postgres.Violates(err, "endpoint_url_once") {
		return 0, "", ErrEndpointTaken
	}
	if err != nil {
		return 0, "", fmt.Errorf("add a webhook endpoint: %w", err)
	}
	return id, secret, nil
}

// checkURL refuses what can be seen to be wrong before any connection.
func checkURL(raw string, allowLoopback bool) error {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(raw) > 2048 || strings.ContainsAny(raw, " \t\r\n") {
		return ErrEndpointURL
	}
	if allowLoopback && (u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	if port := u.Port(); u.Scheme != "https" || port != "" && port != "443" && port != "8443" {
		return ErrEndpointURL
	}
	return nil
}

// Endpoints lists the receivers, oldest first.
func Endpoints(ctx context.Context, q postgres.Querier) ([]Endpoint, error) {
	rows, err := q.Query(ctx, `
		SELECT id, merchant_id, url, event_types, state, disabled_reason, created_at
		FROM webhooks.endpoint
		ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Endpoint])
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", err)
	}
	return found, nil
}

// EnableEndpoint lets events go to a disabled endpoint again, from now on.
func EnableEndpoint(ctx context.Context, tx pgx.Tx, id EndpointID) error {
	done, err := tx.Exec(ctx, `
		UPDATE webhooks.endpoint
		SET state = 'enabled', disabled_reason = '', disabled_at = NULL
		WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("enable webhook endpoint %d: %w", id, err)
	}
	if done.RowsAffected() == 0 {
		return ErrNoEndpoint
	}
	return nil
}

// DisableEndpoint stops events to an endpoint; what is on its way is dropped.
func DisableEndpoint(ctx context.Context, tx pgx.Tx, id EndpointID, reason string, at time.Time) error {
	done, err := tx.Exec(ctx, `
		UPDATE webhooks.endpoint
		SET state = 'disabled', disabled_reason = $2, disabled_at = $3
		WHERE id = $1`, id, reason, at)
	if err != nil {
		return fmt.Errorf("disable webhook endpoint %d: %w", id, err)
	}
	if done.RowsAffected() == 0 {
		return ErrNoEndpoint
	}
	return nil
}
