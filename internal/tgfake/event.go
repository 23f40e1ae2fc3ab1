package tgfake

// EventType is what happened in a chat.
type EventType string

// The types of events.
const (
	EventMessage  EventType = "message"  // Message came, from either side
	EventEdited   EventType = "edited"   // Message replaces the one with its id; pins and reactions too
	EventDeleted  EventType = "deleted"  // IDs are gone
	EventAction   EventType = "action"   // Action: the bot is typing, sending a photo …
	EventAnswer   EventType = "answer"   // Answer ends the spinner of a tapped button
	EventKeyboard EventType = "keyboard" // Keyboard is now under the input field
	EventCommands EventType = "commands" // the bot's menu changed: ask CommandsFor
	EventOpen     EventType = "open"     // a tapped button opens URL
	EventCopy     EventType = "copy"     // a tapped button copies Copy
)

// Event is something that a person sees happen in the chat with the bot.
type Event struct {
	Type     EventType `json:"type"`
	Message  *Message  `json:"message,omitempty"`
	IDs      []int     `json:"ids,omitempty"`
	Action   string    `json:"action,omitempty"`
	Answer   *Answer   `json:"answer,omitempty"`
	Keyboard *Keyboard `json:"keyboard,omitempty"`
	URL      string    `json:"url,omitempty"`
	Copy     string    `json:"copy,omitempty"`
}

// Answer is the bot's answer to a tap: a toast, or a window when Alert.
type Answer struct {
	Message int    `json:"message"`
	Data    string `json:"data"`
	Text    string `json:"text,omitempty"`
	Alert   bool   `json:"alert,omitempty"`
}

// watcherRoom is how far a watcher may fall behind before it is cut off.
const watcherRoom = 1024

type watcher struct{ ch chan Event }

// Watch gives what happens in u's chat from now on. A watcher that falls 1024
// events behind is cut off: its channel closes, and it should read Messages
// and Keyboard anew. The cancel function closes the channel too.
func (s *Server) Watch(u *User) (<-chan Event, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &watcher{ch: make(chan Event, watcherRoom)}
	if s.watchers[u.id] == nil {
		s.watchers[u.id] = map[*watcher]bool{}
	}
	s.watchers[u.id][w] = true
	return w.ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unwatch(u.id, w)
	}
}

func (s *Server) unwatch(id int64, w *watcher) {
	if !s.watchers[id][w] {
		return
	}
	delete(s.watchers[id], w)
	close(w.ch)
}

// emit tells the watchers of a private chat. s.mu is held.
func (s *Server) emit(c *chat, e Event) {
	for w := range s.watchers[c.id] {
		select {
		case w.ch <- e:
		default:
			s.unwatch(c.id, w)
		}
	}
}

func (s *Server) emitMessage(t EventType, m *message) {
	v := m.view()
	s.emit(m.chat, Event{Type: t, Message: &v})
}
