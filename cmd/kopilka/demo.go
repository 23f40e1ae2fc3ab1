package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"kopilka/bot"
	"kopilka/internal/demopage"
	"kopilka/internal/postgres"
	"kopilka/internal/tgfake"

	"golang.org/x/sync/errgroup"
)

type demoCommand struct {
	Listen string `help:"Address of the web page." default:"localhost:8080" env:"KOPILKA_DEMO_LISTEN"`
	Dir    string `help:"Folder for the demo's own database; it is made anew at each start. Empty: a temporary one." type:"path"`
	Lang   string `help:"Language of the chats: ru, uk or en." enum:"ru,uk,en" default:"ru"`
}

func (c *demoCommand) Run(w *world) error {
	begun := time.Now()
	// Asked first: whoever has the port already should hear it before anything is made.
	if l, err := net.Listen("tcp", c.Listen); err != nil {
		return fmt.Errorf("the demo's page needs %s: %w; choose another with --listen", c.Listen, err)
	} else {
		l.Close()
	}
	dir, clean, err := c.folder()
	if err != nil {
		return err
	}
	defer clean()
	cluster, err := postgres.StartCluster(w.ctx, postgres.ClusterOptions{Dir: dir, Throwaway: true, Log: w.log})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	url := cluster.URL("postgres")
	if err := migrate(w.ctx, url); err != nil {
		return err
	}
	pool, err := postgres.Open(w.ctx, postgres.Options{URL: url, MaxConns: 24})
	if err != nil {
		return err
	}
	defer pool.Close()
	telegram := tgfake.New(tgfake.Options{Name: "Kopilka"})
	defer telegram.Close()
	api, err := telegram.Start()
	if err != nil {
		return err
	}
	p := plan{db: pool, log: w.log, listen: c.Listen, loopback: true, username: telegram.Username(),
		telegram: bot.ClientOptions{Token: telegram.Token(), URL: api}}
	return c.show(w, p, telegram, begun)
}

// show builds the house with the demo's mall and people in it, and opens the page.
func (c *demoCommand) show(w *world, p plan, telegram *tgfake.Server, begun time.Time) error {
	m, err := openMall(w.ctx, p.db, time.Now)
	if err != nil {
		return err
	}
	people, err := m.people(w.ctx, telegram, c.Lang)
	if err != nil {
		return err
	}
	tray := m.samples()
	page := demopage.New(demopage.Options{Telegram: telegram, Chats: people.chats(), Samples: tray, Log: w.log})
	// Open streams would hold the server's shutdown up.
	defer context.AfterFunc(w.ctx, page.Close)()
	p.pages = map[string]http.Handler{}
	for _, pattern := range []string{"/{$}", "/api/", "/static/", "/files/", "/samples/"} {
		p.pages[pattern] = page
	}
	h, err := build(p)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(w.ctx)
	g.Go(func() error { return h.live(ctx) })
	g.Go(func() error {
		people.arrive()
		awaitPage(ctx, c.Listen)
		fmt.Fprintf(w.stdout, "\n  Kopilka is ready in %.1f s:  http://%s\n  The HTTP API's page:       http://%s/docs\n  Ctrl+C ends the demo.\n\n",
			time.Since(begun).Seconds(), c.Listen, c.Listen)
		return nil
	})
	g.Go(func() error { // drawn before somebody looks
		for _, s := range tray {
			if _, err := s.JPEG(); err != nil {
				return fmt.Errorf("draw the receipt %s: %w", s.Name, err)
			}
		}
		return nil
	})
	return g.Wait()
}

// awaitPage returns when the page answers.
func awaitPage(ctx context.Context, addr string) {
	for ctx.Err() == nil {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// folder makes the demo's folder and says how to take it away again. It never touches a
// folder that it did not make itself.
func (c *demoCommand) folder() (dir string, clean func(), err error) {
	if c.Dir == "" {
		if dir, err = os.MkdirTemp("", "kopilka-demo-"); err != nil {
			return "", nil, fmt.Errorf("make the demo's folder: %w", err)
		}
		return dir, func() { os.RemoveAll(dir) }, nil
	}
	mark := filepath.Join(c.Dir, "kopilka-demo")
	if old, err := os.ReadDir(c.Dir); err == nil && len(old) > 0 {
		if _, err := os.Stat(mark); err != nil {
			return "", nil, errors.New("the folder " + c.Dir + " is not empty and not a demo's; nothing was changed")
		}
		if err := os.RemoveAll(c.Dir); err != nil {
			return "", nil, fmt.Errorf("clear the demo's folder: %w", err)
		}
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return "", nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	return c.Dir, func() {}, os.WriteFile(mark, nil, 0o600)
}
