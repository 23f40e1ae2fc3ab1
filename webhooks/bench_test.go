package webhooks

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"kopilka/members"
	"kopilka/program"
)

// BenchmarkPurchase posts purchases of many members, each with its own receipt.
func BenchmarkPurchase(b *testing.B) {
	h := open(b)
	const buyers = 500
	p := program.New(h.db, program.Options{Now: h.door.now})
	for i := range buyers {
		phone, err := members.ParsePhone(fmt.Sprintf("+7900%07d", i), "")
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := p.RegisterByPhone(context.Background(), members.System(), phone, ""); err != nil {
			b.Fatal(err)
		}
	}
	var n atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			body := fmt.Sprintf(`{"member":{"id":"m_%d"},"qr":"t=20261121T1405&s=100.00&fn=%s&i=%d&fp=1&n=1"}`, i%buyers+2, coffeeDevice, i)
			if res := h.call("POST", "/v1/purchases", body, "Idempotency-Key", fmt.Sprint("k", i)); res.StatusCode > 202 {
				b.Errorf("purchase %d: %d %s", i, res.StatusCode, read(b, res))
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "purchases/s")
}
