package main

import (
	"entente/internal/core/fault"
	"entente/internal/core/rsit"

	"github.com/spf13/cobra"
)

func (s *session) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print the completion script of bash, zsh, fish or powershell",
		ValidArgs: shells,
		Args:      exactly(1, "the name of a shell: bash, zsh, fish or powershell"),
		Example: `  source <(entente completion bash)
  entente completion zsh > "${fpath[1]}/_entente"
  entente completion fish > ~/.config/fish/completions/entente.fish`,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(s.stdout, true)
			case "zsh":
				return root.GenZshCompletion(s.stdout)
			case "fish":
				return root.GenFishCompletion(s.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.stdout)
			}
			return &usageError{fault.Newf(fault.Usage, "use bash, zsh, fish or powershell", "there is no completion for %q", args[0])}
		},
	}
}

// completeFlag gives the words that a flag may take.
func completeFlag(c *cobra.Command, flag string, words cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, words); err != nil {
		panic(err) // the flag is written in this program
	}
}

func classWords() []string {
	var out []string
	for _, c := range rsit.All() {
		out = append(out, c.String())
	}
	return out
}

func formatWords() []string {
	var out []string
	for _, f := range formats() {
		out = append(out, f.Info().Name)
	}
	return out
}
