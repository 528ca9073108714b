// Command entente is the whole program: it reads feeds, finds who must act, and
// writes what each of them needs. It stands on every other floor and holds no
// rule of its own.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // zones on machines that have none
)

// heapGoal is where the collector begins to work harder, so that a run of any
// size stays under 512 MB in all. GOMEMLIMIT in the environment goes before it.
const heapGoal = 272 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapGoal)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	end := profile()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	end()
	os.Exit(code)
}

// run is the program as a function of its arguments and streams. It gives the
// exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := newSession(stdin, stdout, stderr)
	defer s.close()
	root := s.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return s.exit(root.ExecuteContext(ctx))
}
