import { type Authority, createAuthority } from "../src/authority/authority.ts"
import type { Caller } from "../src/authority/caller.ts"
import type { OpenedSession } from "../src/authority/sessions.ts"
import type { Visit } from "../src/authority/visit.ts"
import type { User } from "../src/principal.ts"
import { failureOf, type House, openHouse } from "./authority-fixture.ts"
import { type CountingHasher, countingHasher } from "./counting-hasher.ts"

export const password = "correct horse battery"
export const home = "203.0.113.7"

/** A house with a user, a member of acme, who has a password. */
export interface Lobby extends House {
  readonly authority: Authority
  readonly hasher: CountingHasher
  readonly ada: User
  /** A new authority over the same store, as after a restart. */
  restarted(): Authority
  /** Of ada at home, with the right password, unless said otherwise. */
  signIn(attempt?: Partial<Attempt>, authority?: Authority): Promise<OpenedSession>
  /** Signs in, and presents the token. */
  callerOf(attempt?: Partial<Attempt>): Promise<Caller>
  /** What the failures of so many attempts one after another are, or `null` where one succeeds. */
  attempts(count: number, attempt: (at: number) => Partial<Attempt>): Promise<(string | null)[]>
}

interface Attempt {
  readonly organizationId: string | null
  readonly email: string
  readonly password: string
  readonly from: string | null
}

export function visitFrom(address: string | null): Visit {
  return { address, userAgent: "test", requestId: "request-1" }
}

/** The n-th of many addresses that have nothing to do with one another. */
export function stranger(n: number): string {
  return `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`
}

export async function openLobby(): Promise<Lobby> {
  const house = await openHouse()
  const hasher = countingHasher()
  const deps = { ...house.deps, passwords: hasher }
  const restarted = () => createAuthority(deps)
  const authority = restarted()
  const { id } = await authority.createUser(house.admin, { email: "Ada@acme.test", displayName: "Ada L" })
  const { token } = await authority.offerLink(house.admin, id, "invitation")
  await authority.acceptLink(token, password, visitFrom(null))
  const ada = await authority.user(house.admin, id)

  const signIn = (attempt: Partial<Attempt> = {}, by = authority) => {
    const { organizationId = null, email = "ada@acme.test", from = home } = attempt
    const presented = { organizationId, email, password: attempt.password ?? password }
    return by.signIn({ ...presented, visit: visitFrom(from) })
  }

  return {
    ...house,
    deps,
    authority,
    hasher,
    ada,
    restarted,
    signIn,
    async callerOf(attempt) {
      const { token } = await signIn(attempt)
      const signedIn = await authority.signedIn(token, visitFrom(attempt?.from ?? home))
      if (!signedIn) throw new Error("The session is not live.")
      return signedIn.caller
    },
    async attempts(count, attempt) {
      const outcomes: (string | null)[] = []
      for (let at = 0; at < count; at++) {
        outcomes.push(
          await signIn(attempt(at)).then(
            () => null,
            async (error: unknown) => (await failureOf(Promise.reject(error))).code,
          ),
        )
      }
      return outcomes
    },
  }
}

/** Whether a token is that of a live session. */
export async function isLive({ authority }: Lobby, token: string): Promise<boolean> {
  return (await authority.signedIn(token, visitFrom(home))) !== null
}

/** A user with these roles, who has the password too. */
export async function newUser(lobby: Lobby, email: string, roles: readonly string[]): Promise<User> {
  const { authority, admin } = lobby
  const { id } = await authority.createUser(admin, { email, displayName: email, roles })
  const { token } = await authority.offerLink(admin, id, "invitation")
  await authority.acceptLink(token, password, visitFrom(null))
  return authority.user(admin, id)
}
