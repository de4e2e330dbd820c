import {
  type CreatedOrganization,
  createOrganization,
  type Entropy,
  type Keyspace,
  systemCaller,
} from "@keyward/core"
import type { Keyward } from "./keyward.ts"

/** What the first start shows once, and never again. */
export interface FirstStart {
  readonly organizationId: string
  readonly admin: { readonly email: string; readonly password: string; readonly apiKey: string }
}

/** Whether nobody has started this store before. */
export async function isEmpty({ store }: Keyward): Promise<boolean> {
  const { items } = await store.organizations({ limit: 1, after: null })
  return items.length === 0
}

/** Creates the first organization and its administrator, with a password and a management key of their own. */
export async function createFirstOrganization(
  keyward: Keyward,
  input: { readonly organizationName: string; readonly email: string },
): Promise<FirstStart> {
  const password = newPassword(keyward.deps.entropy)
  const created: CreatedOrganization = await createOrganization(keyward.deps, {
    name: input.organizationName,
    admin: {
      email: input.email.toLowerCase(),
      displayName: "Administrator",
      passwordHash: await keyward.deps.passwords.hash(password),
    },
  })
  return {
    organizationId: created.organization.id,
    admin: { email: created.admin.email, password, apiKey: created.adminKey.secret },
  }
}

/** A keyspace to try things out in. */
export function createDemoKeyspace(keyward: Keyward, organizationId: string): Promise<Keyspace> {
  return keyward.authority.createKeyspace(systemCaller(organizationId), {
    name: "Demonstration",
    description: "A keyspace to try things out in; change it or leave it.",
    prefix: "demo_live",
    permissions: [
      { name: "things.read", description: "Read things." },
      { name: "things.write", description: "Create, change and delete things." },
    ],
  })
}

/** 120 bits, to be typed if need be. */
export function newPassword(entropy: Entropy): string {
  return Buffer.from(entropy.bytes(15)).toString("base64url")
}
