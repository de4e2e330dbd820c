import { isFailure } from "@keyward/core"
import pg from "pg"
import { expect, test } from "vitest"
import { openPostgresStore } from "../../src/stores/postgres/open.ts"
import { postgresUrl } from "../postgres/database.ts"

async function administrate(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const dropConnections =
  "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward' and datname = current_database()"

test("connections that the server drops while idle are replaced", async () => {
  const url = await postgresUrl()
  const store = await openPostgresStore({ url })
  await Promise.all(Array.from({ length: 5 }, () => store.ping()))
  expect(await administrate(url, dropConnections)).not.toHaveLength(0)
  // A call may still meet a connection of which the news has not arrived, each of them once; the process lives on.
  let refusals = 0
  for (let call = 0; call < 10; call++) {
    await store.ping().catch((error: unknown) => {
      expect(isFailure(error, "store_unavailable")).toBe(true)
      refusals++
    })
  }
  expect(refusals).toBeLessThanOrEqual(5)
  await expect(store.ensureSetting("a", "b")).resolves.toBe("b")
  await store.close()
})

test("a commit whose connection is dropped fails as unavailable, leaves nothing, and the next one works", async () => {
  const url = await postgresUrl()
  const store = await openPostgresStore({ url })
  const blocker = new pg.Client({ connectionString: url })
  await blocker.connect()
  await blocker.query("begin; lock table settings in access exclusive mode")
  const waiting = store.ensureSetting("a", "dropped").catch((error: unknown) => error)
  const waits =
    "select 1 from pg_stat_activity where application_name = 'keyward' and wait_event_type = 'Lock'"
  while ((await administrate(url, waits)).length === 0) {
    // Until the statement has reached the server and waits there.
  }
  await administrate(url, dropConnections)
  expect(isFailure(await waiting, "store_unavailable")).toBe(true)
  await blocker.query("rollback")
  await blocker.end()
  expect(await store.ensureSetting("a", "b")).toBe("b")
  await store.close()
})

test("a statement that takes too long is ended, and is told as unavailable with the reason", async () => {
  const url = await postgresUrl()
  const store = await openPostgresStore({ url, statementTimeoutMs: 50 })
  const blocker = new pg.Client({ connectionString: url })
  await blocker.connect()
  await blocker.query("begin; lock table settings in access exclusive mode")
  const error = await store.setting("a").catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ failure: { code: "store_unavailable" }, cause: { code: "57014" } })
  await blocker.end()
  expect(await store.setting("a")).toBeNull()
  await store.close()
})

test("an error's cause quotes no row", async () => {
  const url = await postgresUrl()
  const store = await openPostgresStore({ url })
  await administrate(url, "alter table settings add constraint never check (value <> 'a secret')")
  const error = await store.ensureSetting("name", "a secret").catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ failure: { code: "store_unavailable" }, cause: { code: "23514" } })
  const { cause } = error as Error
  expect(JSON.stringify({ ...(cause as Error), message: (cause as Error).message })).not.toContain("a secret")
  await store.close()
})

test("a server that is not there is a store that is unavailable, with the reason", async () => {
  const url = "postgresql://nobody@127.0.0.1:1/nothing"
  const error = await openPostgresStore({ url }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ failure: { code: "store_unavailable" }, cause: { code: "ECONNREFUSED" } })
})

test("a server on which commits do not wait for the disk is told to", async () => {
  const url = await postgresUrl()
  await (await openPostgresStore({ url })).close()
  await administrate(
    url,
    `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$;
     create function tell() returns trigger language plpgsql as
       $$ begin new.value := current_setting('synchronous_commit'); return new; end $$;
     create trigger tell before insert on settings for each row execute function tell()`,
  )
  const store = await openPostgresStore({ url })
  expect(await store.ensureSetting("synchronous_commit", "as the trigger says")).toBe("on")
  await store.close()
})

test("a connection that breaks within a transaction, between two statements, does not end the process", async () => {
  const url = await postgresUrl()
  const broken: Promise<unknown>[] = []
  let armed = false
  const store = await openPostgresStore({
    url,
    onStatement({ sql }) {
      if (armed && sql.startsWith("insert")) broken.push(administrate(url, dropConnections))
      armed &&= broken.length === 0
    },
  })
  await store.ensureSetting("a", "b")
  armed = true
  await store.ensureSetting("c", "d").catch((error: unknown) => {
    expect(isFailure(error, "store_unavailable")).toBe(true)
  })
  expect(await Promise.all(broken)).toHaveLength(1)
  await expect
    .poll(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  await store.close()
})
