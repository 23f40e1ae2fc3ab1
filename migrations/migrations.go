// Package migrations holds the schema as numbered SQL files, applied in order by
// goose. One PostgreSQL schema a noun, named as its Go package, so that a table's name
// tells who owns it. Files are never edited once they have landed; a change is a new
// file that the code before and after it both can live with.
package migrations

import "embed"

// FS is every migration.
//
//go:embed *.sql
var FS embed.FS
