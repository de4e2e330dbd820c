import { randomUUID } from "node:crypto"
import { inject } from "vitest"
import { createDatabase } from "./create-database.ts"
import "./setup.ts"

/** The address of a fresh, empty database on the run's PostgreSQL server. It goes when the run ends. */
export async function postgresUrl(): Promise<string> {
  const database = `test_${randomUUID().replaceAll("-", "")}`
  await createDatabase(await serverUrl("postgres"), database)
  return serverUrl(database)
}

async function serverUrl(database: string): Promise<string> {
  const response = await fetch(`${inject("postgresBroker")}/${database}`)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return answer
}
