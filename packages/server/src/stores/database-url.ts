/** Where a database is. */
export type Database =
  | { readonly engine: "sqlite"; readonly path: string }
  | { readonly engine: "postgres"; readonly url: string }

/** @throws RangeError on any other text than `openStore` takes; it does not quote the text, which may hold a password */
export function parseDatabaseUrl(text: string): Database {
  const [, path] = /^sqlite:(.+)$/s.exec(text) ?? []
  if (path !== undefined) return { engine: "sqlite", path }
  if (/^postgres(ql)?:\/\//.test(text)) return { engine: "postgres", url: text }
  throw new RangeError("A database is named sqlite:<path> or postgresql://<user>@<host>/<database>.")
}
