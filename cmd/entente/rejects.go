package main

import (
	"iter"
	"strconv"

	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) ingestRejects() *cobra.Command {
	var limit int64
	c := &cobra.Command{
		Use:   "rejects",
		Short: "List rejected rows and files set aside, with the reason",
		Args:  exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			return s.printRejects(d.Rejects(cmd.Context()), d.SetAside(cmd.Context()), limit)
		},
	}
	c.Flags().Int64Var(&limit, "limit", 0, "at most this `many` rows (default all)")
	return c
}

// rejectForm is a rejected row, or a file set aside (line 0), as JSON.
type rejectForm struct {
	File   string `json:"file"`
	Line   int64  `json:"line,omitempty"`
	Reason string `json:"reason"`
	Field  string `json:"field,omitempty"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// printRejects prints both lists as they are read.
func (s *session) printRejects(list iter.Seq2[surge.Rejected, error], files iter.Seq2[surge.Note, error], limit int64) error {
	p := s.sheet("rejected", "file", "line", "reason", "field", "text")
	row := func(f rejectForm) error {
		line, text := "", source.Display(f.Text)
		if f.Line > 0 {
			line = strconv.FormatInt(f.Line, 10)
		}
		if p.table != nil {
			text = clip(text, 160)
		}
		return p.add(f, source.Display(f.File), line, f.Reason, source.Display(f.Field), text)
	}
	for n, err := range files {
		if err == nil {
			err = row(rejectForm{File: n.File, Reason: n.Reason, Field: "whole file", Text: n.Text, Remedy: n.Remedy})
		}
		if err != nil {
			return err
		}
	}
	rows := int64(0)
	for r, err := range list {
		if err == nil {
			err = row(rejectForm{File: r.File, Line: r.Line, Reason: r.Reason, Field: r.Field, Text: r.Text})
		}
		if err != nil {
			return err
		}
		if rows++; rows == limit {
			break
		}
	}
	return p.end()
}
