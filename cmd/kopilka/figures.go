package main

import (
	"context"
	"log/slog"
	"time"

	"kopilka/bot"
	"kopilka/notify"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// figures count, when they are asked for, what waits in the database and what was given
// up: the things that somebody has to look at.
type figures struct {
	db    *pgxpool.Pool
	botID int64 // 0 without a chat
	log   *slog.Logger
}

var (
	updatesWaiting  = prometheus.NewDesc("kopilka_updates_waiting", "Updates from Telegram that are not handled yet.", nil, nil)
	updatesDead     = prometheus.NewDesc("kopilka_updates_dead", "Updates that were given up after repeated failures.", nil, nil)
	updatesOldest   = prometheus.NewDesc("kopilka_updates_oldest_seconds", "Age of the oldest update that is not handled yet.", nil, nil)
	eventsWaiting   = prometheus.NewDesc("kopilka_events_waiting", "Events that nobody has been told of yet.", nil, nil)
	messagesWaiting = prometheus.NewDesc("kopilka_messages_waiting", "Messages that are not sent yet.", nil, nil)
	messagesFailed  = prometheus.NewDesc("kopilka_messages_failed", "Messages that will never arrive, but for people who cannot be reached.", nil, nil)
)

// Describe lists the figures.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{updatesWaiting, updatesDead, updatesOldest, eventsWaiting, messagesWaiting, messagesFailed} {
		ch <- d
	}
}

// Collect asks the database; what it cannot tell is left out.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if f.botID != 0 {
		h, err := bot.ReadHealth(ctx, f.db, f.botID, time.Now())
		if err != nil {
			f.log.Warn("figures of the inbox not read", "err", err)
			return
		}
		gauge(updatesWaiting, float64(h.Waiting))
		gauge(updatesDead, float64(h.Dead))
		gauge(updatesOldest, h.Oldest.Seconds())
	}
	h, err := notify.ReadHealth(ctx, f.db)
	if err != nil {
		f.log.Warn("figures of the messages not read", "err", err)
		return
	}
	gauge(eventsWaiting, float64(h.Events))
	gauge(messagesWaiting, float64(h.Waiting))
	gauge(messagesFailed, float64(h.Failed))
}
