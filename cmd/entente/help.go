package main

import (
	"fmt"
	"io"
	"strings"

	"entente/internal/core/fault"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is the longest line of a help text.
const helpWidth = 80

// Annotations of a command and of a flag, read by help and by docs/commands.md.
const (
	noteReads = "reads" // which inputs are recognised
	noteNext  = "next"  // the command that usually comes after
	noteMain  = "main"  // a flag that most people need
)

// help prints the help of a command: what it does, how it is called, examples,
// what it reads and writes, its flags, exit codes, what comes next.
func help(cmd *cobra.Command, w io.Writer) {
	describe(cmd, w)
	printFlags(w, "Flags of every command", cmd.Root().PersistentFlags())
	if !cmd.HasParent() || cmd.Annotations[noteNext] != "" {
		fmt.Fprintf(w, "\n%s\n", exitHelp)
	}
	switch next := cmd.Annotations[noteNext]; {
	case next != "":
		fmt.Fprintf(w, "\nNext: %s\n", next)
	case cmd.HasAvailableSubCommands():
		fmt.Fprintf(w, "\nMore: %s COMMAND --help\n", cmd.CommandPath())
	}
}

// describe prints what is the command's own of its help.
func describe(cmd *cobra.Command, w io.Writer) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	main, other := split(cmd)
	cmd.DisableFlagsInUseLine = true
	usage := cmd.UseLine()
	switch {
	case cmd.HasAvailableSubCommands() && (!cmd.HasParent() || cmd.Args == nil):
		usage = cmd.CommandPath() + " COMMAND"
	case other.HasFlags():
		usage += " [flags]"
	}
	fmt.Fprintf(w, "%s\n\nUsage:\n  %s\n", strings.TrimSpace(text), usage)
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", strings.Trim(cmd.Example, "\n"))
	}
	if reads := cmd.Annotations[noteReads]; reads != "" {
		fmt.Fprintf(w, "\n%s\n", reads)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nCommands:\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	printFlags(w, "Main flags", main)
	title := "Flags"
	if main.HasFlags() {
		title = "Other flags"
	}
	printFlags(w, title, other)
}

// split parts the flags that most people need from the others.
func split(cmd *cobra.Command) (main, other *pflag.FlagSet) {
	main, other = pflag.NewFlagSet("", 0), pflag.NewFlagSet("", 0)
	everywhere := cmd.Root().PersistentFlags()
	cmd.Flags().SortFlags = false
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Name == "help" || f.Hidden || everywhere.Lookup(f.Name) != nil:
		case f.Annotations[noteMain] != nil:
			main.AddFlag(f)
		default:
			other.AddFlag(f)
		}
	})
	return main, other
}

func printFlags(w io.Writer, title string, flags *pflag.FlagSet) {
	flags.SortFlags = false
	if flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\n%s:\n%s\n", title, strings.TrimRight(flags.FlagUsagesWrapped(helpWidth), "\n"))
	}
}

// mainFlags marks the flags that most people need.
func mainFlags(cmd *cobra.Command, names ...string) {
	for _, n := range names {
		if err := cmd.Flags().SetAnnotation(n, noteMain, []string{"true"}); err != nil {
			panic(err) // the name is written in this program
		}
	}
}

// noVerb answers a word that is no command, with the one that was meant.
func noVerb(cmd *cobra.Command, word string) error {
	remedy := "see `" + cmd.CommandPath() + " --help`"
	if near := nearest(cmd, word); near != "" {
		remedy = "did you mean `" + cmd.CommandPath() + " " + near + "`?"
	}
	return &usageError{fault.Newf(fault.Usage, remedy, "%s has no command %q", cmd.CommandPath(), word)}
}

// nearest gives the command whose name begins with the word or differs from it
// least: by two letters at most, by one where the word is short. "" for none.
func nearest(cmd *cobra.Command, word string) string {
	best, dist := "", 3
	if len(word) < 5 {
		dist = 2
	}
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		if len(word) > 1 && strings.HasPrefix(c.Name(), word) {
			return c.Name()
		}
		if d := distance(word, c.Name()); d < dist {
			best, dist = c.Name(), d
		}
	}
	return best
}

// group makes a command that only holds others; alone it shows its help, and an
// unknown word is wrong usage.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, RunE: runGroup, DisableFlagsInUseLine: true}
	c.AddCommand(verbs...)
	return c
}

func runGroup(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return noVerb(cmd, args[0])
}

// helpCommand is `entente help COMMAND`.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			at := cmd.Root()
			for _, word := range args {
				found := false
				for _, c := range at.Commands() {
					if c.Name() == word {
						at, found = c, true
						break
					}
				}
				if !found {
					return noVerb(at, word)
				}
			}
			return at.Help()
		},
	}
}

// exactly makes a usage error of a wrong number of arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return &usageError{fault.Newf(fault.Usage, "see `"+cmd.CommandPath()+" --help`", "%s takes %s", cmd.CommandPath(), what)}
		}
		return nil
	}
}

func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return &usageError{fault.Newf(fault.Usage, "see `"+cmd.CommandPath()+" --help`", "%s needs %s", cmd.CommandPath(), what)}
		}
		return nil
	}
}
