import { Peppers } from "@keyward/core"
import { expect } from "vitest"
import { makeCurrent, refusingUnknownPeppers } from "../../src/current-secrets.ts"
import { checkPeppers } from "../../src/installation-secrets.ts"
import { secretBytes, sessionLifetime } from "../test-keyward.ts"
import { type NativeServer, openNative } from "./native-server.ts"
import { type Case, guestPassword, post, type Scene } from "./route-case.ts"

const remove = { method: "DELETE" }
const next = "a newer password"

/** Somebody else's key, whose owner the caller may do less than. */
async function exceeding(server: NativeServer, path: string, method: string, permission: string) {
  const token = await server.managementKey([permission])
  const { json } = await server.refused(path, "grant_exceeds_caller", { method, token })
  expect(json.missing_permissions).toEqual(["*"])
}

async function denied(server: NativeServer, path: string, method: string, permission: string) {
  const token = await server.managementKey(["*", `!${permission}`])
  const { json } = await server.refused(path, "permission_denied", { method, token })
  expect(json.missing_permissions).toEqual([permission])
}

/** As many passwords are under way and waiting as there may be. */
function occupy({ keyward }: NativeServer): Promise<unknown> {
  return Promise.all(Array.from({ length: 34 }, () => keyward.deps.passwords.hash("correct horse")))
}

async function overloaded(server: NativeServer, ...[path, asked]: ReturnType<Case["call"]>): Promise<void> {
  const busy = occupy(server)
  const { headers } = await server.refused(path, "overloaded", asked)
  expect(headers["retry-after"]).toBe("2")
  await busy
}

const signedInAs = ({ sessionToken }: Scene) => ({ token: sessionToken })

async function ownerSession(server: NativeServer): Promise<string> {
  const { keyward, created } = server
  const { token } = await keyward.authority.offerLink(server.system, created.admin.id, "reset")
  const visit = { address: "203.0.113.1", userAgent: null, requestId: null }
  await keyward.authority.acceptLink(token, next, visit)
  const { email } = created.admin
  const opened = await keyward.authority.signIn({ organizationId: null, email, password: next, visit })
  return opened.session.id
}

const linkAnswers: Case["answers"] = (json, _scene, { headers }) => {
  expect(json.token).toMatch(/^kwl_[A-Za-z0-9_-]{43}$/)
  expect(json).toMatchObject({ url_path: `/set-password#${json.token}`, expires_at: expect.any(String) })
  expect(headers["cache-control"]).toBe("no-store")
}

export const sessionCases = {
  inviteUser: {
    call: ({ userId }) => [`/v1/users/${userId}/invitation`, post()],
    answers: linkAnswers,
    foreign: "user",
    problems: {
      grant_exceeds_caller: (server) =>
        exceeding(server, `/v1/users/${server.created.admin.id}/invitation`, "POST", "members.write"),
    },
  },
  offerPasswordReset: {
    call: ({ userId }) => [`/v1/users/${userId}/password-reset`, post()],
    answers: linkAnswers,
    foreign: "user",
    problems: {
      grant_exceeds_caller: (server) =>
        exceeding(server, `/v1/users/${server.created.admin.id}/password-reset`, "POST", "members.write"),
    },
  },
  acceptLink: {
    call: ({ linkToken }) => ["/v1/links/accept", post({ token: linkToken, password: next })],
    answers: (json) => expect(json).toBeUndefined(),
    foreign: "link",
    problems: {
      overloaded: (server, { linkToken }) =>
        overloaded(server, "/v1/links/accept", post({ token: linkToken, password: next })),
      async too_many_attempts(server, { linkToken }) {
        const strict = await openNative({ store: server.keyward.store, guessLimit: 1 })
        const guess = post({ token: "guessed", password: next })
        await strict.refused("/v1/links/accept", "not_found", guess)
        const right = post({ token: linkToken, password: next })
        await strict.refused("/v1/links/accept", "too_many_attempts", right)
      },
      async installation_secret_missing(server) {
        const { store, deps } = server.keyward
        await checkPeppers(store, new Peppers(secretBytes(1, 2)))
        await makeCurrent(store, "pepper", 2, deps.clock.now())
        const behind = await openNative({ store: refusingUnknownPeppers(store) })
        const perhaps = post({ token: `kwl_${"x".repeat(43)}`, password: next })
        await behind.refused("/v1/links/accept", "installation_secret_missing", perhaps)
      },
    },
  },
  signIn: {
    call: ({ email }) => ["/v1/sessions", post({ email, password: guestPassword, transport: "bearer" })],
    answers: (json, scene, { headers }) => {
      expect(json.token).toMatch(/^kws_[A-Za-z0-9_-]{43}$/)
      expect(json.session).toMatchObject({
        organization_id: scene.organizationId,
        current: true,
        address: "127.0.0.1",
        user_agent: "lightMyRequest",
      })
      const { created_at, idle_expires_at, expires_at } = json.session
      const lasting = [idle_expires_at, expires_at].map((end) => Date.parse(end) - Date.parse(created_at))
      expect(lasting).toEqual([sessionLifetime.idleMs, sessionLifetime.absoluteMs])
      expect(headers["cache-control"]).toBe("no-store")
      expect(headers["set-cookie"]).toBeUndefined()
    },
    problems: {
      async sign_in_refused(server, { email }) {
        const wrong = post({ email, password: "wrong" })
        const { status, json, headers } = await server.ask("/v1/sessions", wrong)
        expect([status, json.code]).toEqual([401, "sign_in_refused"])
        expect(headers["set-cookie"]).toBeUndefined()
      },
      async too_many_attempts(server, { email }) {
        for (let attempt = 0; attempt < 5; attempt++) {
          await server.ask("/v1/sessions", post({ email, password: "wrong" }))
        }
        const right = post({ email, password: guestPassword })
        const { headers } = await server.refused("/v1/sessions", "too_many_attempts", right)
        expect(headers["retry-after"]).toBe("60")
      },
      async cross_site_request(server, { email }) {
        const headers = { origin: "https://evil.example" }
        const asked = { ...post({ email, password: guestPassword }), headers, token: null }
        await server.refused("/v1/sessions", "cross_site_request", asked)
      },
      overloaded: (server, { email }) =>
        overloaded(server, "/v1/sessions", post({ email, password: guestPassword })),
    },
  },
  listSessions: {
    call: ({ guestId }) => [`/v1/sessions?user_id=${guestId}`],
    answers: (json, { sessionId }) =>
      expect(json).toMatchObject({ items: [{ id: sessionId, current: false }], next_cursor: null }),
    foreign: "user",
    problems: {
      async session_required(server) {
        await server.refused("/v1/sessions", "session_required")
      },
      permission_denied: (server, { guestId }) =>
        denied(server, `/v1/sessions?user_id=${guestId}`, "GET", "sessions.read"),
    },
  },
  readCurrentSession: {
    call: (scene) => ["/v1/sessions/current", signedInAs(scene)],
    answers: (json, { sessionId }) => expect(json).toMatchObject({ id: sessionId, current: true }),
    bySession: true,
    problems: {
      async session_required(server) {
        await server.refused("/v1/sessions/current", "session_required")
      },
    },
  },
  signOut: {
    call: (scene) => ["/v1/sessions/current", { ...remove, ...signedInAs(scene) }],
    answers: (_json, _scene, { headers }) =>
      expect(headers["set-cookie"]).toBe("keyward_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"),
    bySession: true,
    problems: {
      async session_required(server) {
        await server.refused("/v1/sessions/current", "session_required", remove)
      },
    },
  },
  endSession: {
    call: ({ sessionId }) => [`/v1/sessions/${sessionId}`, remove],
    answers: (json) => expect(json).toBeUndefined(),
    foreign: "session",
    problems: {
      permission_denied: (server, { sessionId }) =>
        denied(server, `/v1/sessions/${sessionId}`, "DELETE", "sessions.write"),
      async grant_exceeds_caller(server) {
        const id = await ownerSession(server)
        await exceeding(server, `/v1/sessions/${id}`, "DELETE", "sessions.write")
      },
    },
  },
  endSessions: {
    call: ({ guestId }) => [`/v1/sessions?user_id=${guestId}`, remove],
    answers: (json) => expect(json).toBeUndefined(),
    foreign: "user",
    problems: {
      async session_required(server) {
        await server.refused("/v1/sessions", "session_required", remove)
      },
      permission_denied: (server, { guestId }) =>
        denied(server, `/v1/sessions?user_id=${guestId}`, "DELETE", "sessions.write"),
      grant_exceeds_caller: (server) =>
        exceeding(server, `/v1/sessions?user_id=${server.created.admin.id}`, "DELETE", "sessions.write"),
    },
  },
  changePassword: {
    call: (scene) => [
      "/v1/password",
      { ...post({ current_password: guestPassword, new_password: next }), ...signedInAs(scene) },
    ],
    answers: (json) => expect(json).toBeUndefined(),
    bySession: true,
    problems: {
      async session_required(server) {
        const body = { current_password: guestPassword, new_password: next }
        await server.refused("/v1/password", "session_required", post(body))
      },
      overloaded: (server, scene) =>
        overloaded(server, "/v1/password", {
          ...post({ current_password: guestPassword, new_password: next }),
          ...signedInAs(scene),
        }),
    },
  },
} as const satisfies Record<string, Case>
