package test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// postgresGone: the server ends all our connections in the middle of an ingest.
// The program says so and that it can be tried again (exit 6), and the same
// command then goes on to what an undisturbed run makes.
func (s scene) postgresGone(t *testing.T) {
	db, err := sql.Open("pgx", strings.Split(postgres(t), "?")[0])
	good(t, err)
	defer db.Close()
	tries, gone := uint64(2), 0
	if long() {
		tries = 12
	}
	for seed := range tries {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			data, store := s.onPostgres(t)
			name := fmt.Sprintf("entente_gone_%d", rng.Uint32())
			store[1] += "&application_name=" + name
			args := ingestArgs(s.sample, data, store...)
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for batches := 0; batches <= int(seed%3); { // after one batch, after two, after three
					if ctx.Err() != nil {
						return
					}
					time.Sleep(5 * time.Millisecond)
					_, schema, _ := strings.Cut(store[1], "search_path=")
					schema, _, _ = strings.Cut(schema, "&")
					_ = db.QueryRow("SELECT count(*) FROM " + schema + ".batch").Scan(&batches) // no table yet: none
				}
				time.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond)
				if _, err := db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", name); err != nil {
					t.Error(err)
				}
			}()
			r := entente(t, args...)
			stop()
			<-ended
			switch r.code {
			case 6:
				gone++
				r.says(t, 6, "PostgreSQL", "run the same command again")
				s.finishSoon(t, args, data, store...)
			case 0, 3: // it was quicker, or none of its connections was at work
				sameAccount(t, parseAccount(t, r.stdout), s.whole.account)
				sameState(t, look(t, data, store...), s.whole)
			default:
				t.Errorf("exit %d\n%s", r.code, r.stderr)
			}
		})
	}
	if gone == 0 {
		t.Error("no try was hit")
	}
}
