package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"kopilka/internal/jobs"
	"kopilka/internal/postgres"
	"kopilka/migrations"

	"github.com/jackc/pgx/v5/pgxpool"
)

// databaseFlags say which PostgreSQL to use.
type databaseFlags struct {
	URL    string `name:"database-url" help:"PostgreSQL to use. Empty: one of its own in the data folder." env:"KOPILKA_DATABASE_URL"`
	Direct string `name:"database-direct-url" help:"The same database past a pooler, for migrations. Empty: --database-url." env:"KOPILKA_DATABASE_DIRECT_URL"`
	Data   string `name:"data" help:"Folder of its own database. Empty: ~/.local/share/kopilka, for root /var/lib/kopilka." env:"KOPILKA_DATA" type:"path"`
}

// database is an open one, with the private cluster behind it if there is one.
type database struct {
	pool    *pgxpool.Pool
	cluster *postgres.Cluster
}

// openDatabase opens the database that the flags name and brings its schema up to date.
func openDatabase(ctx context.Context, f databaseFlags, log *slog.Logger) (*database, error) {
	d := &database{}
	url := f.URL
	direct := f.Direct
	if url == "" {
		dir, err := f.folder()
		if err != nil {
			return nil, err
		}
		if d.cluster, err = postgres.StartCluster(ctx, postgres.ClusterOptions{Dir: dir, Log: log}); err != nil {
			return nil, err
		}
		url = d.cluster.URL("postgres")
		log.Info("own database started", "folder", dir)
	}
	if direct == "" {
		direct = url
	}
	err := migrate(ctx, direct)
	if err == nil {
		d.pool, err = postgres.Open(ctx, postgres.Options{URL: url, MaxConns: 32})
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *database) close() {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.cluster != nil {
		d.cluster.Stop()
	}
}

// folder is where the database of its own lives.
func (f databaseFlags) folder() (string, error) {
	switch {
	case f.Data != "":
		return f.Data, nil
	case os.Getuid() == 0:
		return "/var/lib/kopilka", nil // PostgreSQL's own user must be able to enter it
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for the database; name one with --data: %w", err)
	}
	return filepath.Join(home, ".local", "share", "kopilka"), nil
}

func migrate(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url, migrations.FS); err != nil {
		return err
	}
	return jobs.Migrate(ctx, url)
}

type migrateCommand struct {
	databaseFlags
}

func (c *migrateCommand) Run(w *world) error {
	url := c.Direct
	if url == "" {
		url = c.URL
	}
	if url == "" {
		return errors.New("migrate needs --database-url; a database of its own is migrated by serve")
	}
	if err := migrate(w.ctx, url); err != nil {
		return err
	}
	fmt.Fprintln(w.stdout, "The schema is up to date.")
	return nil
}
