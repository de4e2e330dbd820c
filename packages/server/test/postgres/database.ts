import { randomUUID } from "node:crypto"
import pg from "pg"
import { inject } from "vitest"
import "./setup.ts"

/** The address of a fresh, empty database on the run's PostgreSQL server. It goes when the run ends. */
export async function postgresUrl(): Promise<string> {
  const database = `test_${randomUUID().replaceAll("-", "")}`
  const administrator = new pg.Client({ connectionString: await serverUrl("postgres") })
  await administrator.connect()
  try {
    await administrator.query(`create database ${database} template template0`)
  } finally {
    await administrator.end()
  }
  return serverUrl(database)
}

async function serverUrl(database: string): Promise<string> {
  const response = await fetch(`${inject("postgresBroker")}/${database}`)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return answer
}
