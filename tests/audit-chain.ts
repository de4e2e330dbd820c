import type { AuditEvent } from "@keyward/contract"
import { ChainVerifier } from "@keyward/core"
import type { KeywardClient } from "@keyward/sdk"
import { expect } from "vitest"
import { recordedHead } from "./database.ts"
import type { Installation } from "./server.ts"

/**
 * Follows the chain of the client's organization through the API's pages, to where the database says that it ends. Nothing may be
 * written meanwhile.
 * @returns all events, oldest first
 */
export async function expectWholeChain(
  client: KeywardClient,
  { databaseUrl }: Installation,
): Promise<readonly AuditEvent[]> {
  const chain = new ChainVerifier()
  const events: AuditEvent[] = []
  for await (const event of client.audit.each({ order: "oldest", limit: 200 })) {
    expect(chain.next(event)).toBeNull()
    events.push(event)
  }
  const [first] = events
  expect(chain.end(await recordedHead(databaseUrl, String(first?.organization_id)))).toBeNull()
  return events
}

/** Has the program check the chain itself, beside the server. */
export async function expectAuditVerified(installation: Installation): Promise<void> {
  const { organization_id: organizationId } = await installation.credentials()
  const head = await recordedHead(installation.databaseUrl, organizationId)
  const { code, output } = await installation.run(
    "audit",
    "verify",
    "--organization",
    organizationId,
    "--json",
  )
  expect({ code, ...JSON.parse(output) }).toEqual({
    code: 0,
    ok: true,
    organizations: [{ organization_id: organizationId, head, broken: null }],
  })
}
