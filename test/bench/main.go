// Command bench measures the main job and prints one table. Everything is
// measured in one run on one machine, so that the ratios mean something.
//
//	go run ./test/bench -bin bin/entente [-rows 100000,1000000,10000000] [-dir var/bench]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"entente/internal/desk/sample"
)

func main() {
	bin := flag.String("bin", "bin/entente", "the program")
	dir := flag.String("dir", "var/bench", "scratch folder; it is emptied")
	sizes := flag.String("rows", "100000,1000000,10000000", "sizes to measure, smallest first")
	reference := flag.String("reference", "", "run the reference loop over this file and print rows and seconds (used by itself)")
	geo := flag.String("geo", "", "geography file of the reference loop")
	only := flag.Bool("time", false, "measure only what takes time to show: sweep and a year of lists")
	out := flag.String("out", "", "folder of the reference loop")
	flag.Parse()
	ctx := context.Background()
	if *reference != "" {
		rows, took, err := referenceLoop(ctx, *reference, *geo, *out)
		check(err)
		fmt.Println(rows, took.Seconds())
		return
	}
	var rows []int64
	for _, s := range strings.Split(*sizes, ",") {
		n, err := strconv.ParseInt(s, 10, 64)
		check(err)
		rows = append(rows, n)
	}
	check(os.RemoveAll(*dir))
	check(os.MkdirAll(*dir, 0o755))
	b := &bench{ctx: ctx, bin: *bin, dir: *dir}
	if *only {
		check(write(b.path("geography.csv"), func(f *os.File) error { return sample.WriteGeography(f) }))
		check(b.sweep(0))
		check(b.year(0))
		return
	}
	check(b.run(rows))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// machine says where the figures come from.
func machine() string {
	model, memory := "", ""
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, line := range strings.Split(string(text), "\n") {
			if _, v, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(line, "model name") {
				model = strings.TrimSpace(v)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		memory = strings.Join(strings.Fields(strings.SplitN(string(text), "\n", 2)[0])[1:], " ")
	}
	return fmt.Sprintf("%d cores (%s), %s, %s, %s", runtime.NumCPU(), model, memory, runtime.GOOS, runtime.Version())
}

func (b *bench) path(parts ...string) string {
	return filepath.Join(append([]string{b.dir}, parts...)...)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
