// Reads Parquet files with DuckDB and prints what an outside reader counts: one
// JSON object with the observations by day, class and outcome of event feeds, and
// by outcome of all. The paths come on standard input, one a line, as
// `entente log files` prints them.
import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync } from 'node:fs'

const files = readFileSync(0, 'utf8').split('\n').filter(Boolean)
const list = files.map((f) => `'${f.replaceAll("'", "''")}'`).join(',')

const db = await DuckDBInstance.create(':memory:')
const ask = await db.connect()
const rows = async (sql) => (await ask.runAndReadAll(sql)).getRowObjectsJson()

await ask.run("SET TimeZone = 'UTC'")
await ask.run(`CREATE VIEW log AS SELECT * FROM read_parquet([${list}], hive_partitioning = true)`)

const days = await rows(`
  SELECT strftime(observed, '%Y-%m-%d') AS day, class, outcome, count(*)::INTEGER AS count
  FROM log WHERE mode = 'event' GROUP BY ALL ORDER BY ALL`)
const outcomes = await rows('SELECT outcome, count(*)::INTEGER AS count FROM log GROUP BY ALL ORDER BY ALL')
// The folder's day is the observed day, so that a reader may leave out folders.
const [folders] = await rows(`
  SELECT count(*)::INTEGER AS wrong FROM log WHERE day::VARCHAR <> strftime(observed, '%Y-%m-%d')`)
const columns = await rows('DESCRIBE log')

console.log(JSON.stringify({
  days,
  outcomes: Object.fromEntries(outcomes.map((r) => [r.outcome, r.count])),
  wrong_folders: folders.wrong,
  columns: columns.map((c) => `${c.column_name} ${c.column_type}`),
}))
