package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"kopilka/texts"
)

// Handler answers one update. It may run again for the same update, so what it writes
// bears Talk.Ref.
type Handler func(ctx context.Context, t *Talk) error

// ErrPass is returned by a flow's handler for what is not its answer: the update goes on
// to the usual routes, so that a photo counts at any time.
var ErrPass = errors.New("not this flow's answer")

// Routes say which handler answers what. They are filled at the start by straight calls
// and not changed after.
type Routes struct {
	commands map[string]Handler
	links    []linkRoute
	actions  map[Action]actionRoute
	keys     map[string]Handler // by the text key of a reply keyboard's label
	flows    map[string]Handler
	lasting  map[string]bool
	matches  []matchRoute
	contact  Handler
	picture  Handler
	other    Handler
	errs     []error
}

type linkRoute struct {
	prefix  string
	handler Handler
}

type actionRoute struct {
	handler Handler
	toast   bool
	flow    string
}

type matchRoute struct {
	match   func(text string) bool
	handler Handler
}

// NewRoutes returns empty routes.
func NewRoutes() *Routes {
	return &Routes{commands: map[string]Handler{}, actions: map[Action]actionRoute{}, keys: map[string]Handler{}, flows: map[string]Handler{}, lasting: map[string]bool{}}
}

// Command answers /name. A command leaves the open flow first.
func (r *Routes) Command(name string, h Handler) {
	r.unique("command /"+name, r.commands[name] != nil)
	if !commandName.MatchString(name) {
		r.errs = append(r.errs, fmt.Errorf("command %q is not of a-z 0-9 _", name))
	}
	r.commands[name] = h
}

// Link answers /start with a payload that begins with prefix, as "c_": a deep link. The
// longest prefix wins; Talk.Args is what follows it. A payload without a route is the
// argument of /start itself.
func (r *Routes) Link(prefix string, h Handler) {
	for _, l := range r.links {
		r.unique("link "+prefix, l.prefix == prefix)
	}
	r.links = append(r.links, linkRoute{prefix, h})
}

// Action answers the buttons whose token names a.
func (r *Routes) Action(a Action, h Handler) { r.action(a, actionRoute{handler: h}) }

// ToastAction is an Action whose handler ends the button's spinner itself, in a few
// seconds, with Talk.Answer. All others are answered before the handler's turn comes.
func (r *Routes) ToastAction(a Action, h Handler) { r.action(a, actionRoute{handler: h, toast: true}) }

// FlowAction is an Action of buttons made by Talk.FlowToken: it answers only while the
// flow stands where it stood when the button was made, else the menu is outdated.
// Talk.Params does not hold the version.
func (r *Routes) FlowAction(flow string, a Action, h Handler) {
	r.action(a, actionRoute{handler: h, flow: flow})
}

func (r *Routes) action(a Action, route actionRoute) {
	r.unique("action "+string(a), r.has(a))
	if strings.ContainsAny(string(a), ": ") || a == "" {
		r.errs = append(r.errs, fmt.Errorf("action %q is not a plain word", a))
	}
	r.actions[a] = route
}

// Key answers the reply keyboard's key whose label is the text of key, in whatever
// language the keyboard was shown. Like a command it leaves the open flow.
func (r *Routes) Key(key string, h Handler) {
	r.unique("key "+key, r.keys[key] != nil)
	r.keys[key] = h
}

// Flow answers whatever a person sends while they are in the flow, save commands, keys
// and buttons. It returns ErrPass for what is not an answer.
func (r *Routes) Flow(name string, h Handler) {
	r.unique("flow "+name, r.flows[name] != nil)
	r.flows[name] = h
}

// Lasting makes a flow one that commands and keys do not leave: it only keeps something
// for later.
func (r *Routes) Lasting(name string) { r.lasting[name] = true }

// Match answers text that match takes, as a receipt's QR text. The first registered wins.
func (r *Routes) Match(match func(text string) bool, h Handler) {
	r.matches = append(r.matches, matchRoute{match, h})
}

// Contact answers a shared contact; see Talk.Contact for whose it is.
func (r *Routes) Contact(h Handler) { r.unique("contact", r.contact != nil); r.contact = h }

// Picture answers photos, files and albums of them; see Talk.Pictures.
func (r *Routes) Picture(h Handler) { r.unique("picture", r.picture != nil); r.picture = h }

// Other answers what nothing else does.
func (r *Routes) Other(h Handler) { r.unique("other", r.other != nil); r.other = h }

func (r *Routes) unique(what string, taken bool) {
	if taken {
		r.errs = append(r.errs, fmt.Errorf("two routes for %s", what))
	}
}

// check reports mistakes of registration, all at once.
func (r *Routes) check() error { return errors.Join(r.errs...) }

func (r *Routes) has(a Action) bool    { _, ok := r.actions[a]; return ok }
func (r *Routes) toasts(a Action) bool { return r.actions[a].toast }

// labelsIn maps every label of the keys, in every language, to its handler.
func (r *Routes) labelsIn(all *texts.Bundle) map[string]Handler {
	labels := map[string]Handler{}
	for key, h := range r.keys {
		for _, lang := range texts.Languages {
			labels[all.In(lang).Plain(key)] = h
		}
	}
	return labels
}

// https://core.telegram.org/bots/api#botcommand
var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// command cuts a message that begins with /name, /name@bot or either with arguments. It
// reports false for anything else, and for a command to another bot.
func command(text, username string) (name, args string, ok bool) {
	if !strings.HasPrefix(text, "/") {
		return "", "", false
	}
	head := text[1:]
	if i := strings.IndexAny(head, " \n\t\u00a0"); i >= 0 {
		head, args = head[:i], strings.TrimSpace(head[i:])
	}
	name, bot, addressed := strings.Cut(head, "@")
	if addressed && username != "" && !strings.EqualFold(bot, username) {
		return "", "", false
	}
	name = strings.ToLower(name)
	return name, args, commandName.MatchString(name)
}

// link finds the handler of a deep link's payload and what follows its prefix.
func (r *Routes) link(payload string) (Handler, string) {
	best := linkRoute{}
	for _, l := range r.links {
		if strings.HasPrefix(payload, l.prefix) && (best.handler == nil || len(l.prefix) > len(best.prefix)) {
			best = l
		}
	}
	return best.handler, strings.TrimPrefix(payload, best.prefix)
}
