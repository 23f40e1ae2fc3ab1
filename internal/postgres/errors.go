package postgres

import (
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// Violates reports whether err is a violation of the named constraint: that is how a
// noun turns a law kept by the database into its own sentinel.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// Code returns the SQLSTATE of err, or "" when err is not the server's.
// https://www.postgresql.org/docs/15/errcodes-appendix.html
func Code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// Retryable reports whether the same transaction may pass when it is tried again: a
// serialisation failure, a deadlock, or a server that is going away or coming back.
// Every write carries its own key, so a repeat changes nothing twice.
func Retryable(err error) bool {
	switch Code(err) {
	case "40001", "40P01", "57P01", "57P02", "57P03", "08006", "08003", "08000", "25006", "53300":
		return true
	}
	return Away(err)
}

// Away reports whether err says that the server could not be reached at all.
func Away(err error) bool {
	switch Code(err) {
	case "57P01", "57P02", "57P03", "08006", "08003", "08000":
		return true
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, net.ErrClosed)
}
