package tgfake

import (
	"fmt"
	"strings"
)

// Transcript is the chat as lines that a person can read and a golden file
// can keep. Deleted messages are not in it; edited ones are as they are now.
//
//	anna: /start
//	bot: Здравствуйте!
//	     [Поделиться номером]
func (u *User) Transcript() string {
	var out strings.Builder
	for _, m := range u.Messages() {
		who := "bot"
		if !m.FromBot {
			who = strings.ToLower(u.spec.FirstName)
		}
		out.WriteString(m.Line(who))
	}
	if k := u.Keyboard(); len(k.Rows) > 0 {
		out.WriteString("keyboard:\n")
		writeRows(&out, "     ", k.Rows)
	}
	return out.String()
}

// Line is the message as a transcript shows it, with its sender's name.
func (m Message) Line(who string) string {
	var out strings.Builder
	indent := "\n" + strings.Repeat(" ", len([]rune(who))+2)
	fmt.Fprintf(&out, "%s: %s\n", who, strings.ReplaceAll(strings.TrimSpace(m.attachment()+m.Text), "\n", indent))
	writeRows(&out, indent[1:], m.Buttons)
	return out.String()
}

func (m Message) attachment() string {
	switch m.Kind {
	case KindPhoto:
		return "(photo) "
	case KindDocument:
		return "(file " + m.Document.Name + ") "
	case KindContact:
		return "(contact " + m.Contact.Phone + ")"
	case KindSticker:
		return "(sticker) "
	case KindVoice:
		return "(voice)"
	case KindService:
		return "(service message)"
	}
	return ""
}

func writeRows(out *strings.Builder, indent string, rows [][]Button) {
	for _, row := range rows {
		var labels []string
		for _, b := range row {
			labels = append(labels, "["+b.Label+"]")
		}
		fmt.Fprintln(out, indent+strings.Join(labels, " "))
	}
}
