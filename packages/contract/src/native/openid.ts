import { Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input } from "../schema.ts"

const elsewhere = {
  Location: Type.String({ description: "Where the browser goes next." }),
  "Set-Cookie": Type.String({
    description: "`HttpOnly`; `Secure` and `__Host-` where the server is behind TLS.",
  }),
}

export const beginOpenIdSignIn = route({
  operationId: "beginOpenIdSignIn",
  method: "GET",
  path: "/v1/openid/sign-in",
  tag: "Sessions",
  summary: "Send the browser to the OpenID provider, to sign in there",
  description:
    "A page to go to, not a call to make: it redirects to the configured provider (code flow with PKCE, state and nonce). What has to be known when the browser comes back is sealed in a cookie that lives ten minutes.",
  query: input({
    return_to: Type.Optional(
      Type.String({
        description: "The path on this server to which the browser goes when it is signed in.",
        default: "/",
        minLength: 1,
        maxLength: bounds.returnPathLength,
      }),
    ),
  }),
  answers: { 302: { description: "To the provider.", schema: null, headers: elsewhere } },
  problems: ["openid_unavailable", "route_not_found"],
})

export const finishOpenIdSignIn = route({
  operationId: "finishOpenIdSignIn",
  method: "GET",
  path: "/v1/openid/callback",
  tag: "Sessions",
  summary: "Where the OpenID provider sends the browser back",
  description:
    "The redirect URI to register at the provider. When the answer belongs to the sign-in that this browser began, and the verified e-mail address is that of a user who is not suspended, a session begins and its cookie is set.",
  // Providers add parameters of their own.
  query: Type.Object({}),
  answers: {
    302: { description: "Signed in; to the path that was asked for.", schema: null, headers: elsewhere },
  },
  problems: [
    "openid_unavailable",
    "route_not_found",
    "sign_in_refused",
    "too_many_attempts",
    "store_unavailable",
  ],
})
