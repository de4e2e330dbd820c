import type { Body, Query } from "@keyward/contract"
import * as contract from "@keyward/contract"
import type { Call } from "./call.ts"
import { keyedBy } from "./idempotency.ts"
import { itemsOfPages } from "./pages.ts"
import type { CallOptions, CreateOptions } from "./request.ts"

/** A client presents the token of a session as it does a key: as its `apiKey`. */
export function sessionsOf(call: Call) {
  const list = (query: Query<typeof contract.listSessions> = {}, options: CallOptions = {}) =>
    call(contract.listSessions, { query, ...options })
  return {
    /** Signs in. The answer has the token, which is shown this once. */
    signIn: (credentials: Omit<contract.SignIn, "transport">, options: CallOptions = {}) =>
      call(contract.signIn, { body: { ...credentials, transport: "bearer" }, ...options }),
    /** One page, of one's own sessions or those of `user_id`. */
    list,
    /** All of them, page after page. */
    each: (query: Omit<Query<typeof contract.listSessions>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
    /** The session that this client presents. */
    current: (options: CallOptions = {}) => call(contract.readCurrentSession, options),
    /** Ends the session that this client presents. */
    signOut: (options: CallOptions = {}) => call(contract.signOut, options),
    end: (sessionId: string, options: CallOptions = {}) =>
      call(contract.endSession, { params: { session_id: sessionId }, ...options }),
    /** Ends all of one's own but the current one, or all of the user's with `user_id`. */
    endAll: (query: Query<typeof contract.endSessions> = {}, options: CallOptions = {}) =>
      call(contract.endSessions, { query, ...options }),
    /** Changes the password of whoever is signed in, and ends their other sessions. */
    changePassword: (passwords: Body<typeof contract.changePassword>, options: CallOptions = {}) =>
      call(contract.changePassword, { body: passwords, ...options }),
  }
}

export function linksOf(call: Call) {
  const offer = (userId: string, { idempotencyKey, ...options }: CreateOptions) => ({
    params: { user_id: userId },
    headers: keyedBy(idempotencyKey),
    ...options,
  })
  return {
    /** For a user who has no password yet. The answer has the token, which is shown this once. */
    invite: (userId: string, options: CreateOptions = {}) =>
      call(contract.inviteUser, offer(userId, options)),
    /** The same for a user who has forgotten theirs. */
    offerReset: (userId: string, options: CreateOptions = {}) =>
      call(contract.offerPasswordReset, offer(userId, options)),
    /** Sets a password with the token of a link; needs no credential. */
    accept: (acceptance: contract.LinkAcceptance, options: CallOptions = {}) =>
      call(contract.acceptLink, { body: acceptance, ...options }),
  }
}
