package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"kopilka/members"
	"kopilka/texts"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/jackc/pgx/v5"
)

// menus are the commands that a role's menu shows, in order. The description of each is
// the text cmd_<name>.
var menus = map[members.Role][]string{
	members.RoleShopper: {"card", "balance", "history", "receipts", "tier", "shops", "promos", "rules", "manual", "language", "help", "news", "stop"},
	members.RoleCashier: {"add", "redeem", "register", "undo", "today"},
	members.RoleManager: {"add", "redeem", "register", "undo", "today", "merchant"},
	members.RoleAdmin:   {"admin", "broadcast", "review", "merchant"},
}

// SyncMenus sets the shoppers' menu in every language, where it has changed.
func (b *Bot) SyncMenus(ctx context.Context) error {
	private := &models.BotCommandScopeAllPrivateChats{}
	for _, lang := range texts.Languages {
		if err := b.setMenu(ctx, "private:"+lang, private, lang, b.commands(lang, members.RoleShopper)); err != nil {
			return err
		}
	}
	// Without a language: for all those that no menu is written in.
	return b.setMenu(ctx, "private:", private, "", b.commands("en", members.RoleShopper))
}

// SyncMenuOf gives somebody in a private chat the menu of their roles, and takes it away
// when no role of staff is left. It is called after each grant and each removal.
func (b *Bot) SyncMenuOf(ctx context.Context, m members.Member) error {
	if m.Telegram == 0 {
		return nil
	}
	actors, err := members.ActorOf(ctx, b.db, m.ID)
	if err != nil {
		return fmt.Errorf("set the menu of member %d: %w", m.ID, err)
	}
	var roles []members.Role
	for _, a := range actors {
		roles = append(roles, a.Role)
	}
	name, scope := fmt.Sprintf("chat:%d", m.Telegram), &models.BotCommandScopeChat{ChatID: m.Telegram}
	if len(roles) == 1 && roles[0] == members.RoleShopper {
		return b.dropMenu(ctx, name, scope, "")
	}
	return b.setMenu(ctx, name, scope, "", b.commands(m.Lang, roles...))
}

// commands are the menu of some roles, each command once.
func (b *Bot) commands(lang string, roles ...members.Role) []models.BotCommand {
	p := b.texts.In(lang)
	var out []models.BotCommand
	seen := map[string]bool{}
	for _, role := range roles {
		for _, name := range menus[role] {
			if !seen[name] && b.routes.commands[name] != nil {
				seen[name] = true
				out = append(out, models.BotCommand{Command: name, Description: cut(p.Plain("cmd_"+name), 256)})
			}
		}
	}
	return out
}

func (b *Bot) setMenu(ctx context.Context, name string, scope models.BotCommandScope, lang string, commands []models.BotCommand) error {
	if len(commands) == 0 {
		return b.dropMenu(ctx, name, scope, lang)
	}
	hash, err := hashOf(commands)
	if err != nil {
		return err
	}
	set, err := b.menuSet(ctx, name)
	if err != nil {
		return err
	}
	if set == hash {
		return nil
	}
	if _, err := b.client.API.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: commands, Scope: scope, LanguageCode: lang}); err != nil {
		return fmt.Errorf("set the menu %s: %w", name, Classify(err))
	}
	return b.noteMenu(ctx, name, hash)
}

func (b *Bot) noteMenu(ctx context.Context, name, hash string) error {
	_, err := b.db.Exec(ctx, `
		INSERT INTO bot.menu (bot_id, scope, hash) VALUES ($1, $2, $3)
		ON CONFLICT (bot_id, scope) DO UPDATE SET hash = excluded.hash`, b.client.ID(), name, hash)
	if err != nil {
		return fmt.Errorf("note the menu %s: %w", name, err)
	}
	return nil
}

func (b *Bot) dropMenu(ctx context.Context, name string, scope models.BotCommandScope, lang string) error {
	set, err := b.menuSet(ctx, name)
	if err != nil || set == "" {
		return err
	}
	if _, err := b.client.API.DeleteMyCommands(ctx, &tg.DeleteMyCommandsParams{Scope: scope, LanguageCode: lang}); err != nil {
		return fmt.Errorf("delete the menu %s: %w", name, Classify(err))
	}
	if _, err := b.db.Exec(ctx, `DELETE FROM bot.menu WHERE bot_id = $1 AND scope = $2`, b.client.ID(), name); err != nil {
		return fmt.Errorf("forget the menu %s: %w", name, err)
	}
	return nil
}

// menuSet is the hash of the menu that was set last, or "".
func (b *Bot) menuSet(ctx context.Context, name string) (string, error) {
	var hash string
	err := b.db.QueryRow(ctx, `SELECT hash FROM bot.menu WHERE bot_id = $1 AND scope = $2`, b.client.ID(), name).Scan(&hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read the menu %s: %w", name, err)
	}
	return hash, nil
}

func hashOf(what any) (string, error) {
	b, err := json.Marshal(what)
	if err != nil {
		return "", fmt.Errorf("write a menu: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
