package main

import (
	"os"
	"runtime/pprof"
)

// profileVariable names a file that takes a CPU profile of the whole call, for
// people who tune the program.
const profileVariable = "ENTENTE_CPU_PROFILE"

// profile starts a CPU profile where the environment asks for one and gives
// what ends it.
func profile() func() {
	path := os.Getenv(profileVariable)
	if path == "" {
		return func() {}
	}
	f, err := os.Create(path)
	if err != nil {
		return func() {}
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		f.Close()
		return func() {}
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}
}
