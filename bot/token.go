package bot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// tokenVersion changes when buttons of an older version mean something else now.
const tokenVersion = "v1"

// maxToken is how many bytes a button carries.
// https://core.telegram.org/bots/api#inlinekeyboardbutton
const maxToken = 64

// ErrStale says that a button belongs to a menu that is no more.
var ErrStale = errors.New("menu outdated")

// Action names what a button does. It is a route, as a command is: "hist", "join".
// Letters, digits, _ and - only.
type Action string

// Token is what a button carries: the version, the action and its arguments, as
// "v1:hist:2r". It holds ids alone: never an amount or a right, which are looked up
// again at each tap.
type Token string

// Token is the action with its arguments: integers (written in base 36), strings without
// a colon, and types of these. What does not fit into 64 bytes is refused when the
// message is sent.
func (a Action) Token(args ...any) Token {
	var b strings.Builder
	b.WriteString(tokenVersion + ":" + string(a))
	for _, arg := range args {
		b.WriteByte(':')
		b.WriteString(tokenArg(arg))
	}
	return Token(b.String())
}

func tokenArg(arg any) string {
	switch v := arg.(type) {
	case int:
		return strconv.FormatInt(int64(v), 36)
	case int64:
		return strconv.FormatInt(v, 36)
	case string:
		return v
	case bool:
		if v {
			return "1"
		}
		return "0"
	}
	// A named type: ids print as decimal digits, other kinds as their text.
	s := fmt.Sprint(arg)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatInt(n, 36)
	}
	return s
}

// Args are the arguments of a tapped button.
type Args []string

// Text is the i-th argument, or "".
func (a Args) Text(i int) string {
	if i < 0 || i >= len(a) {
		return ""
	}
	return a[i]
}

// Int is the i-th argument as a number, or 0 for none: an id that nothing has.
func (a Args) Int(i int) int64 {
	n, err := strconv.ParseInt(a.Text(i), 36, 64)
	if err != nil {
		return 0
	}
	return n
}

// ParseToken reads what a tapped button carries. It returns ErrStale for what this
// version did not write.
func ParseToken(data string) (Action, Args, error) {
	parts := strings.Split(data, ":")
	if len(data) > maxToken || len(parts) < 2 || parts[0] != tokenVersion || parts[1] == "" {
		return "", nil, fmt.Errorf("read a button's token: %w", ErrStale)
	}
	return Action(parts[1]), Args(parts[2:]), nil
}

// checkToken reports what Telegram would refuse, or ParseToken read otherwise.
func checkToken(t Token) error {
	if len(t) > maxToken {
		return fmt.Errorf("button token %q is %d bytes, the limit is %d", t, len(t), maxToken)
	}
	if _, _, err := ParseToken(string(t)); err != nil {
		return fmt.Errorf("button token %q: %w", t, err)
	}
	return nil
}
