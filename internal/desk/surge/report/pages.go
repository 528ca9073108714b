package report

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"

	"entente/internal/infra/disk"

	"golang.org/x/sync/errgroup"
)

// spoolName is the file in which a folder's table rows wait for its page. It
// is removed before the report is finished.
const spoolName = ".rows"

// pages writes what needs every figure: the page of each folder and the index.
func (w *writer) pages(ctx context.Context) error {
	paths := make([]string, 0, len(w.folders))
	for path := range w.folders {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, path := range paths {
		f := w.folders[path]
		g.Go(func() error {
			if err := gctx.Err(); err != nil {
				return err
			}
			if err := w.complete(f); err != nil {
				return err
			}
			return w.page(gctx, f)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return w.index(ctx)
}

// complete gives a folder that has cases without observations, or the other
// way round, the files that every folder has.
func (w *writer) complete(f *folder) error {
	if f.caseFiles == nil {
		g, err := w.openGroup(f.by, f.group)
		if err != nil {
			return err
		}
		if err := g.close(); err != nil {
			g.drop()
			return err
		}
	}
	if f.files == nil {
		for _, empty := range [...]struct{ name, text string }{{"observations.csv", observationsHeader}, {"intelmq.jsonl", ""}, {xarfName, ""}} {
			if empty.name == xarfName && w.xarf == nil {
				continue
			}
			out, err := w.stage.create(f.path + "/" + empty.name)
			if err != nil {
				return err
			}
			if err := out.write([]byte(empty.text)); err != nil {
				out.drop()
				return err
			}
			e, err := out.close()
			if err != nil {
				return err
			}
			f.files = append(f.files, e)
			w.stage.add(e)
		}
	}
	return nil
}

// page writes a folder's report.html and removes its spool.
func (w *writer) page(ctx context.Context, f *folder) error {
	name := filepath.Join(w.stage.dir, filepath.FromSlash(f.path), spoolName)
	spool, err := os.Open(name)
	if err != nil {
		return disk.Fault("read", name, err)
	}
	defer spool.Close()
	p, err := w.sheet(ctx, f, spool)
	if err != nil {
		return err
	}
	if err := w.render(f.path+"/report.html", func(out io.Writer) error {
		return sheetPage(p).Render(ctx, out)
	}); err != nil {
		return err
	}
	return disk.Fault("remove", name, os.Remove(name))
}

// render writes one page and puts it into the manifest.
func (w *writer) render(path string, write func(io.Writer) error) error {
	out, err := w.stage.create(path)
	if err != nil {
		return err
	}
	if err := write(out); err != nil {
		out.drop()
		return err
	}
	e, err := out.close()
	if err != nil {
		return err
	}
	w.stage.add(e)
	return nil
}
