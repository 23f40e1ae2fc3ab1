package tgfake

// thread is the topic that a call writes into, 0 for none.
func (c *chat) thread(in *call) (int, error) {
	id := in.int("message_thread_id")
	if id == 0 {
		return 0, nil
	}
	t := c.threads[id]
	switch {
	case t == nil:
		return 0, errNoThread
	case t.deleted:
		return 0, errTopicDeleted
	case t.closed && !c.topics:
		return 0, errTopicClosed
	}
	return id, nil
}

// forum is the chat of a call about topics, if the bot may manage them.
func (s *Server) forum(c *call) (*chat, error) {
	ch, err := s.chatOf(c, "chat_id")
	switch {
	case err != nil:
		return nil, err
	case !ch.forum:
		return nil, errNotForum
	case !ch.topics:
		return nil, errNoTopicRight
	}
	return ch, nil
}

func (s *Server) topic(c *call) (*chat, *topic, error) {
	ch, err := s.forum(c)
	if err != nil {
		return nil, nil, err
	}
	t := ch.threads[c.int("message_thread_id")]
	switch {
	case t == nil:
		return nil, nil, errNoThread
	case t.deleted:
		return nil, nil, errTopicDeleted
	}
	return ch, t, nil
}

func (s *Server) createForumTopic(c *call) (any, error) {
	ch, err := s.forum(c)
	if err != nil {
		return nil, err
	}
	name := c.text("name")
	if n := len([]rune(name)); n < 1 || n > 128 {
		return nil, bad("TOPIC_TITLE_INVALID")
	}
	made := object{"name": name, "icon_color": 7322096}
	m := s.post(ch, &message{from: s.bot(), body: content{kind: KindService, service: object{"forum_topic_created": made}}})
	m.thread = m.id
	ch.threads[m.id] = &topic{name: name}
	return object{"message_thread_id": m.id, "name": name, "icon_color": 7322096}, nil
}

func (s *Server) editForumTopic(c *call) (any, error) {
	ch, t, err := s.topic(c)
	if err != nil {
		return nil, err
	}
	name := c.text("name")
	if name == "" || name == t.name {
		return nil, errTopicSame
	}
	t.name = name
	s.note(ch, c.int("message_thread_id"), object{"forum_topic_edited": object{"name": name}})
	return true, nil
}

func (s *Server) closeForumTopic(closed bool) func(*call) (any, error) {
	return func(c *call) (any, error) {
		ch, t, err := s.topic(c)
		if err != nil {
			return nil, err
		}
		if t.closed == closed {
			return nil, errTopicSame
		}
		t.closed = closed
		field := "forum_topic_reopened"
		if closed {
			field = "forum_topic_closed"
		}
		s.note(ch, c.int("message_thread_id"), object{field: object{}})
		return true, nil
	}
}

func (s *Server) deleteForumTopic(c *call) (any, error) {
	ch, t, err := s.topic(c)
	if err != nil {
		return nil, err
	}
	t.deleted = true
	var ids []int
	for _, m := range ch.messages {
		if m.thread == c.int("message_thread_id") {
			ids = append(ids, m.id)
		}
	}
	s.remove(ch, ids...)
	return true, nil
}

// note posts a service message, which the bot gets as an update as well.
func (s *Server) note(ch *chat, thread int, service object) *message {
	m := s.post(ch, &message{from: s.bot(), thread: thread, body: content{kind: KindService, service: service}})
	s.push(updateMessage, s.wire(m), ch.id)
	return m
}
