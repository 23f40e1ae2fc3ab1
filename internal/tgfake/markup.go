package tgfake

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
)

// inlineButton is an InlineKeyboardButton, as it came and as it goes back.
type inlineButton struct {
	Text          string    `json:"text"`
	URL           string    `json:"url,omitempty"`
	Data          string    `json:"callback_data,omitempty"`
	WebApp        *webApp   `json:"web_app,omitempty"`
	LoginURL      *webApp   `json:"login_url,omitempty"`
	CopyText      *copyText `json:"copy_text,omitempty"`
	Switch        *string   `json:"switch_inline_query,omitempty"`
	SwitchCurrent *string   `json:"switch_inline_query_current_chat,omitempty"`
	Pay           bool      `json:"pay,omitempty"`
	Style         string    `json:"style,omitempty"`
}

type webApp struct {
	URL string `json:"url"`
}

type copyText struct {
	Text string `json:"text"`
}

func (b inlineButton) view() Button {
	v := Button{Label: b.Text, Style: b.Style, Kind: ButtonOther}
	switch {
	case b.Data != "":
		v.Kind, v.Data = ButtonCallback, b.Data
	case b.URL != "":
		v.Kind, v.URL = ButtonURL, b.URL
	case b.WebApp != nil:
		v.Kind, v.URL = ButtonWebApp, b.WebApp.URL
	case b.CopyText != nil:
		v.Kind, v.Copy = ButtonCopy, b.CopyText.Text
	}
	return v
}

// key is a KeyboardButton.
type key struct {
	Text     string          `json:"text"`
	Contact  bool            `json:"request_contact"`
	Location bool            `json:"request_location"`
	WebApp   *webApp         `json:"web_app"`
	Poll     json.RawMessage `json:"request_poll"`
	Style    string          `json:"style"`
}

func (k key) view() Button {
	v := Button{Label: k.Text, Style: k.Style, Kind: ButtonText}
	switch {
	case k.Contact:
		v.Kind = ButtonContact
	case k.Location:
		v.Kind = ButtonLocation
	case k.WebApp != nil:
		v.Kind, v.URL = ButtonWebApp, k.WebApp.URL
	case len(k.Poll) > 0:
		v.Kind = ButtonOther
	}
	return v
}

// markup is a reply_markup of any of its four types.
type markup struct {
	inline   [][]inlineButton
	keyboard *Keyboard
	remove   bool
	needs    error // why it can't be used outside private chats
}

// reply reports whether it changes what is under the input field.
func (m markup) reply() bool { return m.keyboard != nil || m.remove }

// parseMarkup checks reply_markup. The limits of the size are of the server:
// 100 buttons and about 10 kB.
func parseMarkup(text string) (markup, error) {
	if strings.TrimSpace(text) == "" {
		return markup{}, nil
	}
	var whole any
	if json.Unmarshal([]byte(text), &whole) != nil {
		return markup{}, bad("can't parse reply keyboard markup JSON object")
	}
	fields, ok := whole.(map[string]any)
	if !ok {
		return markup{}, bad("object expected as reply markup")
	}
	if len(text) > 10_000 {
		return markup{}, bad("reply markup is too long")
	}
	switch {
	case fields["inline_keyboard"] != nil:
		return parseInline(text, fields["inline_keyboard"])
	case fields["keyboard"] != nil:
		return parseKeyboard(text, fields["keyboard"])
	case fields["remove_keyboard"] == true:
		return markup{remove: true}, nil
	case fields["force_reply"] == true:
		holder, _ := fields["input_field_placeholder"].(string)
		return markup{keyboard: &Keyboard{ForceReply: true, Placeholder: holder}}, nil
	}
	return markup{}, nil
}

// rows reports whether v is an array of arrays.
func rows(v any) bool {
	all, ok := v.([]any)
	for _, row := range all {
		if reflect.TypeOf(row) != reflect.TypeFor[[]any]() {
			return false
		}
	}
	return ok
}

func parseInline(text string, v any) (markup, error) {
	if !rows(v) {
		return markup{}, bad(`field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays`)
	}
	var in struct {
		Rows [][]inlineButton `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return markup{}, bad("can't parse inline keyboard button: Field has a wrong type")
	}
	var m markup
	for _, row := range in.Rows {
		for i := range row {
			if err := row[i].check(); err != nil {
				return markup{}, err
			}
			if row[i].WebApp != nil {
				m.needs = bad("BUTTON_TYPE_INVALID")
			}
		}
		if len(row) > 0 {
			m.inline = append(m.inline, row)
		}
	}
	return m, nil
}

func (b *inlineButton) check() error {
	switch {
	case strings.TrimSpace(b.Text) == "":
		return bad("inline keyboard button text must be non-empty")
	case !styled(b.Style):
		return bad("can't parse inline keyboard button: Invalid button style specified")
	case b.URL != "":
		return b.checkURL()
	case b.Data != "":
		if len(b.Data) > 64 {
			return bad("BUTTON_DATA_INVALID")
		}
	case b.WebApp != nil:
		if !strings.HasPrefix(b.WebApp.URL, "https://") {
			return badf("inline keyboard button Web App URL '%s' is invalid: Only HTTPS links are allowed", b.WebApp.URL)
		}
	case b.CopyText != nil:
		if n := len([]rune(b.CopyText.Text)); n < 1 || n > 256 {
			return bad("BUTTON_COPY_TEXT_INVALID")
		}
	case b.Switch == nil && b.SwitchCurrent == nil && b.LoginURL == nil && !b.Pay:
		return bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	return nil
}

// checkURL keeps LinkManager's rule: http, https and tg links, http by default.
func (b *inlineButton) checkURL() error {
	text := b.URL
	if !strings.Contains(text, ":") || strings.HasPrefix(text, "t.me/") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err == nil && u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "tg" && u.Scheme != "ton":
		return badf("inline keyboard button URL '%s' is invalid: Unsupported URL protocol", b.URL)
	case err != nil || u.Scheme != "tg" && u.Scheme != "ton" && !strings.Contains(u.Hostname(), "."):
		return badf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
	}
	b.URL = text
	return nil
}

func styled(style string) bool {
	switch style {
	case "", "default", "primary", "danger", "success":
		return true
	}
	return false
}

func parseKeyboard(text string, v any) (markup, error) {
	if !rows(v) {
		return markup{}, bad(`field "keyboard" must be an Array of Arrays`)
	}
	var in struct {
		Rows        [][]keyOrText `json:"keyboard"`
		Persistent  bool          `json:"is_persistent"`
		Resize      bool          `json:"resize_keyboard"`
		OneTime     bool          `json:"one_time_keyboard"`
		Placeholder string        `json:"input_field_placeholder"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return markup{}, bad("can't parse keyboard button: Field has a wrong type")
	}
	k := &Keyboard{Persistent: in.Persistent, Resize: in.Resize, OneTime: in.OneTime, Placeholder: in.Placeholder}
	m := markup{keyboard: k}
	for _, row := range in.Rows {
		var out []Button
		for _, b := range row {
			if err := m.addKey(key(b)); err != nil {
				return markup{}, err
			}
			out = append(out, key(b).view())
		}
		if len(out) > 0 {
			k.Rows = append(k.Rows, out)
		}
	}
	return m, nil
}

func (m *markup) addKey(k key) error {
	switch {
	case strings.TrimSpace(k.Text) == "":
		return bad("keyboard button text must be non-empty")
	case !styled(k.Style):
		return bad("can't parse keyboard button: Invalid button style specified")
	case k.Contact:
		m.needs = bad("phone number can be requested in private chats only")
	case k.Location:
		m.needs = bad("location can be requested in private chats only")
	case k.WebApp != nil:
		if !strings.HasPrefix(k.WebApp.URL, "https://") {
			return badf("keyboard button Web App URL '%s' is invalid: Only HTTPS links are allowed", k.WebApp.URL)
		}
		m.needs = bad("Web App buttons can be used in private chats only")
	}
	return nil
}

// keyOrText is a KeyboardButton, which may be written as its text alone.
type keyOrText key

func (k *keyOrText) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &k.Text) == nil {
		return nil
	}
	return json.Unmarshal(data, (*key)(k))
}

// sameInline reports whether an edit would leave the buttons as they are.
func sameInline(a, b [][]inlineButton) bool { return reflect.DeepEqual(a, b) }
