package main

import (
	"kopilka/bot"
)

type serveCommand struct {
	databaseFlags
	sealFlags
	Token   string `name:"telegram-token" help:"The bot's token from @BotFather. Empty: the HTTP side alone." env:"KOPILKA_TELEGRAM_TOKEN"`
	API     string `name:"telegram-api" help:"Base URL of the Bot API." default:"https://api.telegram.org" env:"KOPILKA_TELEGRAM_API"`
	Proxy   string `name:"telegram-proxy" help:"Outgoing proxy to Telegram: http, https or socks5 URL." env:"KOPILKA_TELEGRAM_PROXY"`
	Name    string `name:"telegram-username" help:"The bot's username. Empty: Telegram is asked." env:"KOPILKA_TELEGRAM_USERNAME"`
	Public  string `name:"public-url" help:"The https address that the world sees; updates then come by webhook. Empty: long polling." env:"KOPILKA_PUBLIC_URL"`
	Listen  string `help:"Address of the HTTP API and the webhook." default:":8080" env:"KOPILKA_LISTEN"`
	Ops     string `name:"ops-listen" help:"Address of /healthz, /readyz and /metrics; not for the world. Empty: none." default:"127.0.0.1:9090" env:"KOPILKA_OPS_LISTEN"`
	Proxied bool   `name:"trust-proxy" help:"A proxy of ours stands in front and sets X-Forwarded-For." env:"KOPILKA_TRUST_PROXY"`
}

func (c *serveCommand) Run(w *world) error {
	seal, err := c.seal()
	if err != nil {
		return err
	}
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	h, err := build(plan{db: db.pool, log: w.log, username: c.Name, public: c.Public, listen: c.Listen, ops: c.Ops, proxied: c.Proxied, seal: seal,
		telegram: bot.ClientOptions{Token: c.Token, URL: c.API, Proxy: c.Proxy}})
	if err != nil {
		return err
	}
	if c.Token == "" {
		w.log.Warn("no Telegram token: the chat is closed, the HTTP side is open")
	}
	return h.live(w.ctx)
}
