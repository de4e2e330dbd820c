import {
  type Change,
  type Key,
  nativeFormat,
  newId,
  openPolicy,
  Peppers,
  Sealer,
  type Store,
  systemClock,
  systemEntropy,
} from "@keyward/core"
import { createDemoKeyspace, createFirstOrganization } from "../packages/server/src/first-start.ts"
import { assembleKeyward, type Keyward } from "../packages/server/src/keyward.ts"
import { createLogger } from "../packages/server/src/logger.ts"

/** A Keyward as it is served, with an administrator's key and many keys to verify. */
export interface Subject {
  readonly keyward: Keyward
  readonly adminKey: string
  /** Secrets of keys that hold `things.*` and have one limit, which is never reached. */
  readonly secrets: readonly string[]
}

export async function openSubject(store: Store, keys: number, cacheKeys: number): Promise<Subject> {
  const keyward = assembleKeyward({
    store,
    clock: systemClock,
    entropy: systemEntropy,
    logger: createLogger("error"),
    peppers: new Peppers(new Map([[1, systemEntropy.bytes(32)]])),
    sealer: new Sealer(new Map([[1, systemEntropy.bytes(32)]]), systemEntropy),
    sessionLifetime: { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 },
    cacheKeys,
    trustedForMs: null,
    guessLimit: 300,
    usageFlushMs: 5000,
  })
  const { organizationId, admin } = await createFirstOrganization(keyward, {
    organizationName: "Benchmark",
    email: "admin@example.com",
  })
  const keyspace = await createDemoKeyspace(keyward, organizationId)
  return {
    keyward,
    adminKey: admin.apiKey,
    secrets: await insertKeys(keyward, organizationId, keyspace.id, keys),
  }
}

/** Keys of one commit: a million keys one by one would take longer than all that is measured. */
const keysPerCommit = 2000

async function insertKeys(keyward: Keyward, organizationId: string, keyspaceId: string, count: number) {
  const { store, peppers } = keyward.deps
  const secrets: string[] = []
  while (secrets.length < count) {
    const changes: Change[] = []
    while (changes.length < keysPerCommit && secrets.length < count) {
      const id = newId(systemClock.now(), systemEntropy)
      const secret = nativeFormat.print("demo_live", id, systemEntropy)
      const alias = await store.newAlias()
      const key = benchmarkKey({ id, alias }, organizationId, keyspaceId, secret, peppers, secrets.length)
      changes.push({ kind: "key.insert", key, policy: openPolicy })
      secrets.push(secret)
    }
    await store.commit({ organizationId, changes, events: [inserted(organizationId, changes.length)] })
  }
  return secrets
}

function benchmarkKey(
  named: Pick<Key, "id" | "alias">,
  organizationId: string,
  keyspaceId: string,
  text: string,
  peppers: Peppers,
  number: number,
): Key {
  const now = systemClock.now()
  return {
    ...named,
    organizationId,
    keyspaceId,
    owner: { kind: "external", id: `customer-${number % 1000}` },
    name: `Key ${number}`,
    permissions: ["things.*"],
    roles: [],
    tags: [],
    metadata: {},
    limits: [{ name: "minute", count: 50_000_000, windowSeconds: 60 }],
    credits: null,
    allowedAddresses: [],
    allowedOrigins: [],
    notBefore: null,
    expiresAt: null,
    rotation: null,
    disabledAt: null,
    revokedAt: null,
    revocation: null,
    deleteProtected: false,
    deletedAt: null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
    lastUsedAt: null,
    secrets: [
      {
        version: 1,
        ...peppers.digest(text),
        hint: nativeFormat.hint(text),
        sealed: null,
        createdAt: now,
        expiresAt: null,
        lastUsedAt: null,
        lastUsedFrom: null,
      },
    ],
  }
}

function inserted(organizationId: string, count: number) {
  const at = systemClock.now()
  return {
    id: newId(at, systemEntropy),
    organizationId,
    at,
    action: "key.created",
    actor: { kind: "system", id: "benchmark", credential: null, address: null, userAgent: null },
    target: { kind: "organization", id: organizationId },
    details: { count },
    requestId: null,
  } as const
}
