package bot

// Dialogues are all that people can do in the chat: the shoppers' part, the staff's and
// the admins'.
func Dialogues() *Routes {
	r := NewRoutes()
	shopperRoutes(r)
	staffRoutes(r)
	adminRoutes(r)
	return r
}
