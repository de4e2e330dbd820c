import { type Static, type TString, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input, list, nullable, oneOf, secretMark } from "../schema.ts"
import { IdempotencyKey, id, idInput, nextCursor, pageQuery, timestamp } from "./value.ts"

const tag = "Sessions"

export type Session = Static<typeof Session>
export const Session = Type.Object(
  {
    id: id("The session's id. It is not what authenticates."),
    user_id: id("Who signed in."),
    organization_id: id("The organization that they belong to."),
    current: Type.Boolean({ description: "Whether it is the session that this call was made with." }),
    address: nullable(Type.String(), "The address that the sign-in came from; null: not known."),
    user_agent: nullable(Type.String(), "The User-Agent of the sign-in; null: it had none."),
    created_at: timestamp("When they signed in."),
    last_seen_at: timestamp("When it was last used, to within a minute."),
    idle_expires_at: timestamp("When it ends unless it is used before, to within a minute."),
    expires_at: timestamp("When it ends however much it is used."),
  },
  { title: "Session", description: "A sign-in that lasts." },
)

export type SessionPage = Static<typeof SessionPage>
export const SessionPage = Type.Object(
  { items: list(Session, { description: "Live sessions, the newest first." }), next_cursor: nextCursor },
  { title: "SessionPage" },
)

/** A password that a caller sends. */
function password(description: string, minLength: number): TString {
  return Type.String({
    description,
    minLength,
    maxLength: bounds.password.maximum,
    [secretMark]: true,
  })
}

const newPassword = (of: string) =>
  password(
    `${of} ${bounds.password.minimum} to ${bounds.password.maximum} characters; not the user's own name or e-mail address.`,
    bounds.password.minimum,
  )

export const transports = ["cookie", "bearer"] as const

export type SignIn = Static<typeof SignIn>
export const SignIn = input(
  {
    email: Type.String({
      description: "The e-mail address, in any case.",
      minLength: 1,
      maxLength: bounds.emailLength,
    }),
    password: password("The password.", 1),
    organization_id: Type.Optional(idInput("The organization. Default: the oldest one.")),
    transport: Type.Optional(
      oneOf(transports, {
        description:
          "How the session is carried. `cookie`: in a cookie that no script can read, for browsers. `bearer`: the answer has the token, to be sent as Authorization: Bearer <token>. Default: `cookie`.",
      }),
    ),
  },
  { title: "SignIn" },
)

export type SignedIn = Static<typeof SignedIn>
export const SignedIn = Type.Object(
  {
    session: Session,
    token: nullable(
      Type.String({ [secretMark]: true }),
      "What authenticates, shown this once; null: it is in the cookie.",
    ),
  },
  { title: "SignedIn" },
)

const params = Type.Object({ session_id: idInput("The session's id.") })
const ofUser = (of: string) => input({ user_id: Type.Optional(idInput(of)) })

export const signIn = route({
  operationId: "signIn",
  method: "POST",
  path: "/v1/sessions",
  tag,
  summary: "Sign in with e-mail address and password",
  description:
    "Makes a new session, whatever the request carries. An unknown account and a wrong password are refused alike. Failures are counted; see docs/sign-in.md.",
  body: SignIn,
  answers: { 201: { description: "The new session.", schema: SignedIn } },
  problems: ["sign_in_refused", "too_many_attempts", "cross_site_request", "overloaded", "store_unavailable"],
})

export const listSessions = route({
  operationId: "listSessions",
  method: "GET",
  path: "/v1/sessions",
  tag,
  summary: "List live sessions",
  description:
    "One's own, which needs a session and no permission; or those of another user, which needs `sessions.read`.",
  permission: null,
  query: input({
    user_id: Type.Optional(idInput("Whose. Default: one's own.")),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of sessions.", schema: SessionPage } },
  problems: ["session_required", "permission_denied", "not_found"],
})

export const readCurrentSession = route({
  operationId: "readCurrentSession",
  method: "GET",
  path: "/v1/sessions/current",
  tag,
  summary: "Read the session that the call is made with",
  permission: null,
  answers: { 200: { description: "The session.", schema: Session } },
  problems: ["session_required"],
})

export const signOut = route({
  operationId: "signOut",
  method: "DELETE",
  path: "/v1/sessions/current",
  tag,
  summary: "Sign out",
  description: "Ends the session that the call is made with, and takes its cookie back.",
  permission: null,
  answers: { 204: { description: "The session is over.", schema: null } },
  problems: ["session_required"],
})

export const endSession = route({
  operationId: "endSession",
  method: "DELETE",
  path: "/v1/sessions/{session_id}",
  tag,
  summary: "End a session",
  description:
    "One's own; or that of another user, which needs `sessions.write` and all permissions that the user holds.",
  permission: null,
  params,
  answers: { 204: { description: "The session is over.", schema: null } },
  problems: ["not_found", "permission_denied", "grant_exceeds_caller"],
})

export const endSessions = route({
  operationId: "endSessions",
  method: "DELETE",
  path: "/v1/sessions",
  tag,
  summary: "End all sessions but the current one",
  description:
    "One's own; or all of another user's, which needs `sessions.write` and all permissions that the user holds.",
  permission: null,
  query: ofUser("Whose. Default: one's own."),
  answers: { 204: { description: "They are over.", schema: null } },
  problems: ["session_required", "permission_denied", "grant_exceeds_caller", "not_found"],
})

export type PasswordChange = Static<typeof PasswordChange>
export const PasswordChange = input(
  {
    current_password: password("The password so far.", 1),
    new_password: newPassword("The new one."),
  },
  { title: "PasswordChange" },
)

export const changePassword = route({
  operationId: "changePassword",
  method: "POST",
  path: "/v1/password",
  tag,
  summary: "Change one's password",
  description:
    "Ends all other sessions of the user and uses up the links that were handed out to them. Needs a session. Wrong guesses count as those of a sign-in do.",
  permission: null,
  body: PasswordChange,
  answers: { 204: { description: "The password is changed.", schema: null } },
  problems: ["session_required", "overloaded"],
})

export type OfferedLink = Static<typeof OfferedLink>
export const OfferedLink = Type.Object(
  {
    url_path: Type.String({
      description:
        "Where the user sets the password, relative to where browsers reach this server. The token is in the fragment, which browsers do not send.",
      [secretMark]: true,
    }),
    token: Type.String({ description: "The token alone.", [secretMark]: true }),
    expires_at: timestamp("When the link is no good any more."),
  },
  {
    title: "OfferedLink",
    description:
      "A link that is good once, shown this once: hand it to the user on a way that nobody else reads.",
  },
)

const userParams = Type.Object({ user_id: idInput("The user's id.") })

export const inviteUser = route({
  operationId: "inviteUser",
  method: "POST",
  path: "/v1/users/{user_id}/invitation",
  tag: "Users",
  summary: "Make a link with which a new user sets a password",
  description:
    "Good for 72 hours and once, for a user who has no password yet. Links that were made earlier are used up. Nobody makes one for a user who may do more than they.",
  permission: "members.write",
  params: userParams,
  headers: IdempotencyKey,
  answers: { 201: { description: "The link.", schema: OfferedLink } },
  problems: ["not_found", "grant_exceeds_caller"],
})

export const offerPasswordReset = route({
  operationId: "offerPasswordReset",
  method: "POST",
  path: "/v1/users/{user_id}/password-reset",
  tag: "Users",
  summary: "Make a link with which a user sets a new password",
  description:
    "Good for an hour and once. Links that were made earlier are used up. Nobody makes one for a user who may do more than they.",
  permission: "members.write",
  params: userParams,
  headers: IdempotencyKey,
  answers: { 201: { description: "The link.", schema: OfferedLink } },
  problems: ["not_found", "grant_exceeds_caller"],
})

export type LinkAcceptance = Static<typeof LinkAcceptance>
export const LinkAcceptance = input(
  {
    token: Type.String({
      description: "The link's token.",
      minLength: 1,
      maxLength: bounds.keyTextLength,
      [secretMark]: true,
    }),
    password: newPassword("The password to set."),
  },
  { title: "LinkAcceptance" },
)

export const acceptLink = route({
  operationId: "acceptLink",
  method: "POST",
  path: "/v1/links/accept",
  tag,
  summary: "Set a password with a link",
  description:
    "Uses up all links of the user and ends all their sessions. A link that is used, expired or unknown is refused alike.",
  body: LinkAcceptance,
  answers: { 204: { description: "The password is set; sign in with it.", schema: null } },
  problems: [
    "not_found",
    "too_many_attempts",
    "overloaded",
    "store_unavailable",
    "installation_secret_missing",
  ],
})
