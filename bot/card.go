package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"kopilka/texts"

	"github.com/jackc/pgx/v5"
)

// showCard sends the member's card: a picture for the till's scanner, and all of it in words.
func showCard(ctx context.Context, t *Talk) error {
	a, err := t.Program.Account(ctx, t.Shopper(), t.Member.ID)
	if err != nil {
		return err
	}
	face := cardFace{Programme: a.Settings.Name, Name: a.Member.Name, Tier: a.Standing.Tier.Name(t.P.Lang()), Card: a.Member.Card}
	data := texts.Data{"Card": face.Card.Grouped(), "Tier": face.Tier, "Points": texts.Points(a.Balance.Available)}
	k := Inline{Row(CopyText(t.P.Plain("button_copy_card"), string(face.Card)))}
	key := face.key()
	file, err := t.uploaded(ctx, key)
	if err != nil {
		return err
	}
	if file != "" {
		_, err := t.Photo(ctx, Upload{ID: file}, "card", data, k)
		if ClassOf(err) != File {
			return err
		}
	}
	png, err := face.draw()
	if err != nil {
		return err
	}
	sent, err := t.Photo(ctx, Upload{Name: "card.png", Data: png}, "card", data, k)
	if err != nil {
		return err
	}
	return t.keepUploaded(ctx, key, sent.File)
}

// key is the same for the same picture.
func (f cardFace) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s\x00%s", cardDesign, f.Programme, f.Name, f.Tier, f.Card))
	return "card:" + hex.EncodeToString(sum[:16])
}

// uploaded is the id at Telegram of a picture that was sent before, or "".
func (b *Bot) uploaded(ctx context.Context, key string) (string, error) {
	var file string
	err := b.db.QueryRow(ctx, `SELECT file_id FROM bot.picture WHERE bot_id = $1 AND key = $2`, b.client.ID(), key).Scan(&file)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("look for picture %s: %w", key, err)
	}
	return file, nil
}

func (b *Bot) keepUploaded(ctx context.Context, key, file string) error {
	_, err := b.db.Exec(ctx, `
		INSERT INTO bot.picture (bot_id, key, file_id) VALUES ($1, $2, $3)
		ON CONFLICT (bot_id, key) DO UPDATE SET file_id = excluded.file_id`, b.client.ID(), key, file)
	if err != nil {
		return fmt.Errorf("keep picture %s: %w", key, err)
	}
	return nil
}
