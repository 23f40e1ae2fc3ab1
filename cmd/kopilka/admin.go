package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"kopilka/bot"
	"kopilka/members"
	"kopilka/program"
	"kopilka/webhooks"

	"github.com/jackc/pgx/v5"
)

type adminCommand struct {
	Invite   inviteCommand   `cmd:"" help:"Make a single-use link that gives its bearer the admin's role."`
	Key      keyCommand      `cmd:"" help:"API keys of tills, 1C, shops and apps."`
	Webhook  webhookCommand  `cmd:"" help:"Addresses that are told of events."`
	Settings settingsCommand `cmd:"" help:"Print the programme's settings as JSON, or publish them from a file."`
}

type inviteCommand struct {
	databaseFlags
	Token string `name:"telegram-token" help:"The bot's token, to ask Telegram for the bot's name." env:"KOPILKA_TELEGRAM_TOKEN"`
	API   string `name:"telegram-api" help:"Base URL of the Bot API." default:"https://api.telegram.org" env:"KOPILKA_TELEGRAM_API"`
	Proxy string `name:"telegram-proxy" help:"Outgoing proxy to Telegram." env:"KOPILKA_TELEGRAM_PROXY"`
	Name  string `name:"telegram-username" help:"The bot's username; then Telegram is not asked." env:"KOPILKA_TELEGRAM_USERNAME"`
}

func (c *inviteCommand) Run(w *world) error {
	name, err := c.botName(w.ctx)
	if err != nil {
		return err
	}
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	token, err := program.New(db.pool, program.Options{}).InviteStaff(w.ctx, members.System(), members.RoleAdmin, 0, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "Open this link in Telegram within a day; it works once and makes you an admin:\nhttps://t.me/%s?start=m_%s\n", name, token)
	return nil
}

// botName is the bot's username, asked of Telegram unless it was given.
func (c *inviteCommand) botName(ctx context.Context) (string, error) {
	if c.Name != "" {
		return strings.TrimPrefix(c.Name, "@"), nil
	}
	if c.Token == "" {
		return "", fmt.Errorf("the link needs the bot's name: give --telegram-token, or --telegram-username")
	}
	client, err := bot.NewClient(bot.ClientOptions{Token: c.Token, URL: c.API, Proxy: c.Proxy})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	me, err := client.API.GetMe(ctx)
	if err != nil {
		return "", fmt.Errorf("ask Telegram for the bot's name (or give --telegram-username): %w", err)
	}
	return me.Username, nil
}

type keyCommand struct {
	Create createKeyCommand `cmd:"" help:"Make a key; it is shown once."`
	List   listKeysCommand  `cmd:"" help:"List the keys, without their secrets."`
	Revoke revokeKeyCommand `cmd:"" help:"End a key."`
}

type createKeyCommand struct {
	databaseFlags
	Name     string   `arg:"" help:"Whose key it is, as \"1C of the coffee shop\"."`
	Scope    []string `help:"What it may do." default:"members:read,members:write,points:read,purchases:write,quote"`
	Merchant int64    `help:"The merchant it is bound to; 0 is the whole programme."`
}

func (c *createKeyCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	return pgx.BeginFunc(w.ctx, db.pool, func(tx pgx.Tx) error {
		secret, id, err := members.CreateKey(w.ctx, tx, c.Name, c.Scope, c.Merchant, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(w.stdout, "Key %s. Keep it now, it is not shown again:\n%s\n", id, secret)
		return nil
	})
}

type listKeysCommand struct{ databaseFlags }

func (c *listKeysCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	keys, err := members.Keys(w.ctx, db.pool)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tMERCHANT\tSCOPES\tSTATE")
	for _, k := range keys {
		state := "good"
		if k.RevokedAt != nil {
			state = "revoked " + k.RevokedAt.Format(time.DateOnly)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", k.ID, k.Name, k.Merchant, strings.Join(k.Scopes, ","), state)
	}
	return t.Flush()
}

type revokeKeyCommand struct {
	databaseFlags
	ID string `arg:"" help:"The key's id, as the list shows it."`
}

func (c *revokeKeyCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	return pgx.BeginFunc(w.ctx, db.pool, func(tx pgx.Tx) error { return members.RevokeKey(w.ctx, tx, c.ID, time.Now()) })
}

type webhookCommand struct {
	Add    addWebhookCommand    `cmd:"" help:"Add an https address; its signing secret is shown once."`
	List   listWebhooksCommand  `cmd:"" help:"List the addresses and their state."`
	Enable enableWebhookCommand `cmd:"" help:"Go on sending to an address that was disabled."`
}

type addWebhookCommand struct {
	databaseFlags
	sealFlags
	URL      string `arg:"" help:"The https address that gets the events."`
	Merchant int64  `help:"Tell of this merchant alone; 0 is all."`
}

func (c *addWebhookCommand) Run(w *world) error {
	seal, err := c.seal()
	if err != nil {
		return err
	}
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	return pgx.BeginFunc(w.ctx, db.pool, func(tx pgx.Tx) error {
		id, secret, err := webhooks.CreateEndpoint(w.ctx, tx, webhooks.NewEndpoint{URL: c.URL, Merchant: c.Merchant, Seal: seal}, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(w.stdout, "Webhook %d. Its signing secret (Standard Webhooks), not shown again:\n%s\n", id, string(secret))
		return nil
	})
}

type listWebhooksCommand struct{ databaseFlags }

func (c *listWebhooksCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	all, err := webhooks.Endpoints(w.ctx, db.pool)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tURL\tMERCHANT\tSTATE")
	for _, e := range all {
		fmt.Fprintf(t, "%d\t%s\t%d\t%s\n", e.ID, e.URL, e.Merchant, e.State)
	}
	return t.Flush()
}

type enableWebhookCommand struct {
	databaseFlags
	ID webhooks.EndpointID `arg:"" help:"The address's number, as the list shows it."`
}

func (c *enableWebhookCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	return pgx.BeginFunc(w.ctx, db.pool, func(tx pgx.Tx) error { return webhooks.EnableEndpoint(w.ctx, tx, c.ID) })
}
