import { AuthorityError, type Failure, fail } from "@keyward/core"
import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

/** What the store has to know of a database engine. */
export interface Engine {
  readonly name: "sqlite" | "postgres"
  readonly db: Kysely<Schema>
  /** The type of text that compares by bytes. */
  readonly text: string
  /** Waits until no other process migrates the database that `transaction` is of; holds until it ends. */
  lockMigrations(transaction: Kysely<Schema>): Promise<void>
  /** What an error that came out of a statement says. */
  understand(error: unknown): Fault
}

export type Fault =
  /** Something unique is there already: `table.column`, as the constraints are named. */
  | { readonly kind: "taken"; readonly what: string }
  /** A row refers to one that does not exist. */
  | { readonly kind: "dangling" }
  /** Another transaction was in the way; the same again may work. */
  | { readonly kind: "collision" }
  | { readonly kind: "unavailable" }

/** A statement as it was sent to the engine. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** How often a transaction is run before collisions are reported. */
const attempts = 8

/** Runs a transaction that can be run again as a whole when it collides with another. */
export async function transact<Result>(
  engine: Engine,
  work: (transaction: Kysely<Schema>) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await engine.db.transaction().execute(work)
    } catch (error) {
      const again = attempt < attempts && engine.understand(error).kind === "collision"
      if (!again) throw error
    }
  }
}

/** The one place where an engine's errors become ours. Errors that no engine raised, which are faults of ours, stay. */
export async function translated<Result>(engine: Engine, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AuthorityError || error instanceof TypeError) throw error
    const fault = engine.understand(error)
    switch (fault.kind) {
      case "taken":
        return fail(taken[fault.what] ?? { code: "store_unavailable" })
      case "dangling":
        // The schema has one reference: that of a key to its keyspace.
        return fail({ code: "not_found", resource: "keyspace" })
      case "collision":
      case "unavailable":
        return fail({ code: "store_unavailable" }, { cause: withoutRows(error) })
    }
  }
}

const taken: Readonly<Record<string, Failure>> = {
  "organizations.id": { code: "already_exists", resource: "organization", member: "id" },
  "organizations.alias": { code: "already_exists", resource: "organization", member: "alias" },
  // Of a service account too: an id or alias that is given twice is a fault of ours, whoever it was given to.
  "principals.id": { code: "already_exists", resource: "user", member: "id" },
  "principals.alias": { code: "already_exists", resource: "user", member: "alias" },
  "principals.email": { code: "already_exists", resource: "user", member: "email" },
  "principals.user_name": { code: "already_exists", resource: "user", member: "user_name" },
  "sessions.id": { code: "already_exists", resource: "session", member: "id" },
  "sessions.digest": { code: "already_exists", resource: "session", member: "digest" },
  "links.id": { code: "already_exists", resource: "link", member: "id" },
  "links.digest": { code: "already_exists", resource: "link", member: "digest" },
  "keyspaces.id": { code: "already_exists", resource: "keyspace", member: "id" },
  "keyspaces.organization": { code: "already_exists", resource: "keyspace", member: "id" },
  "keyspaces.name": { code: "already_exists", resource: "keyspace", member: "name" },
  "keys.id": { code: "already_exists", resource: "key", member: "id" },
  "keys.alias": { code: "already_exists", resource: "key", member: "alias" },
  "tasks.id": { code: "already_exists", resource: "task", member: "id" },
  "secrets.digest": { code: "already_exists", resource: "secret", member: "digest" },
  "secrets.version": { code: "already_exists", resource: "secret", member: "version" },
}

/** The error without the members in which PostgreSQL quotes rows, as these may hold digests and password hashes. */
function withoutRows(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const code = "code" in error ? error.code : undefined
  return Object.assign(new Error(error.message), { name: error.name, stack: error.stack, code })
}
