import type { ProblemCode } from "@keyward/contract"
import type { Ask, NativeServer, Reply } from "./native-server.ts"

/** What there is in the organization before each call. */
export interface Scene {
  readonly organizationId: string
  readonly keyspaceId: string
  readonly keyId: string
  readonly secret: string
  /** In a recoverable keyspace. */
  readonly recoverableId: string
  /** Was deleted. */
  readonly deletedId: string
  /** In a recoverable keyspace too, with two secrets that live. */
  readonly rotatingId: string
  /** Has 10 credits, and no refill. */
  readonly countedId: string
  /** A task that is running, about the keys of the keyspace. */
  readonly taskId: string
  /** Without roles. */
  readonly userId: string
  /** Without roles. */
  readonly serviceAccountId: string
  /** Grants `roles.write`. */
  readonly roleName: string
  /** Without roles, with `guestPassword`, and signed in. */
  readonly guestId: string
  /** The guest's. */
  readonly email: string
  readonly sessionId: string
  readonly sessionToken: string
  /** Of a link for the user. */
  readonly linkToken: string
}

export const guestPassword = "correct horse battery"

export interface Case {
  /** A call that succeeds, and does so again. Ids of a scene of another organization make it a foreign call. */
  readonly call: (scene: Scene) => readonly [path: string, asked?: Ask]
  readonly answers: (json: Reply["json"], scene: Scene, reply: Reply) => void
  /** How to bring about the route's own problems, beside those that all routes have. */
  readonly problems?: Partial<Record<ProblemCode, (server: NativeServer, scene: Scene) => Promise<void>>>
  /** Which id in its call is another organization's in a foreign call; absent: it names none. */
  readonly foreign?:
    | "organization"
    | "keyspace"
    | "key"
    | "task"
    | "user"
    | "service_account"
    | "role"
    | "session"
    | "link"
  /** Whether it takes a session, and no key. */
  readonly bySession?: true
}

export const post = (body?: unknown): Ask => ({ method: "POST", ...(body === undefined ? {} : { body }) })
export const patch = (body: unknown): Ask => ({ method: "PATCH", body })

let last = 0
/** A number that no other call was given. */
export function unique(): number {
  return ++last
}

/** A user, a service account, a role and a guest to call upon, made of what there was not before. */
export async function someone(server: NativeServer, token = server.admin) {
  const made = async (path: string, body?: unknown) => {
    const { json, status, text } = await server.ask(path, { ...post(body), token })
    if (status !== 201) throw new Error(text)
    return json
  }
  const number = unique()
  const email = `user${number}@example.com`
  const user = await made("/v1/users", { email, user_name: `user${number}`, display_name: "User", roles: [] })
  const account = await made("/v1/service-accounts", { display_name: "Robot", description: "Builds." })
  const role = await made("/v1/roles", { name: `desk${number}`, permissions: ["roles.write"] })
  const guest = await made("/v1/users", {
    email: `guest${number}@example.com`,
    display_name: "Guest",
    roles: [],
  })
  const invitation = await made(`/v1/users/${guest.id}/invitation`)
  await server.ask("/v1/links/accept", post({ token: invitation.token, password: guestPassword }))
  const signedIn = await made("/v1/sessions", {
    email: guest.email,
    password: guestPassword,
    organization_id: guest.organization_id,
    transport: "bearer",
  })
  const link = await made(`/v1/users/${user.id}/invitation`)
  return {
    userId: user.id,
    serviceAccountId: account.id,
    roleName: role.name,
    guestId: guest.id,
    email: guest.email,
    sessionId: signedIn.session.id,
    sessionToken: signedIn.token,
    linkToken: link.token,
  }
}
