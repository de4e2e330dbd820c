import "./kept-tick.ts"
import { maxHeaderSize } from "node:http"
import { bounds, browserRoutes, nativeRoutes } from "@keyward/contract"
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from "fastify"
import type { Logger } from "pino"
import type { Keyward } from "../keyward.ts"
import type { OpenId } from "../openid/openid.ts"
import { keyAuthentication, managementAuthentication } from "./authentication.ts"
import { sessionCookie } from "./cookie.ts"
import { begun, directVerification } from "./direct.ts"
import { readJsonBodies } from "./json-body.ts"
import { type MountedApp, mountedServers } from "./mounted.ts"
import { serveAudit } from "./native/audit.ts"
import { serveHealth } from "./native/health.ts"
import { serveKeys } from "./native/keys.ts"
import { serveKeyspaces } from "./native/keyspaces.ts"
import { serveLinks } from "./native/links.ts"
import { serveMembers } from "./native/members.ts"
import { serveOpenIdSignIn } from "./native/openid.ts"
import { serveOrganizations } from "./native/organizations.ts"
import { serveRoles } from "./native/roles.ts"
import { serveRotation } from "./native/rotation.ts"
import { serveServiceAccounts } from "./native/service-accounts.ts"
import { serveSessions } from "./native/sessions.ts"
import { serveTasks } from "./native/tasks.ts"
import { serveUsers } from "./native/users.ts"
import { serveVerification } from "./native/verification.ts"
import { tokenAuthentication } from "./openid-authentication.ts"
import { answerError, answerUnreadable, sendProblem } from "./problem.ts"
import { serveReference } from "./reference.ts"
import { requestIds } from "./request-id.ts"
import { sameOrigin } from "./same-origin.ts"
import { refuseOtherMethods } from "./serve.ts"
import { sessionAuthentication } from "./session-authentication.ts"

export interface ListenerSettings {
  readonly logger: Logger
  /** How many proxies stand before the server; see KEYWARD_TRUSTED_HOPS. */
  readonly trustedHops: number
  /** What an instance must be made with. */
  readonly instance?: Pick<
    FastifyServerOptions,
    "routerOptions" | "frameworkErrors" | "clientErrorHandler" | "serverFactory" | "genReqId" | "rewriteUrl"
  >
}

/** A Fastify instance as every listener of ours is: the native API's, and each dialect's on a port of its own. */
export function createListener({ logger, trustedHops, instance }: ListenerSettings): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    // Without proxies no header is looked at, which also spares each request the look.
    trustProxy: trustedHops === 0 ? false : (_address: string, hop: number) => hop < trustedHops,
    bodyLimit: bounds.bodyBytes,
    genReqId: requestIds(),
    forceCloseConnections: "idle",
    ...instance,
  })
  app.decorateRequest("caller", undefined)
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id)
    done()
  })
  if (logger.isLevelEnabled("debug")) {
    app.addHook("onResponse", (request, reply, done) => {
      const route = request.routeOptions.url ?? null
      request.log.debug(
        { method: request.method, route, status: reply.statusCode, ms: reply.elapsedTime },
        "answered",
      )
      done()
    })
  }
  return app
}

export interface AppSettings extends ListenerSettings {
  /** Where browsers reach the server; null: at whatever host a request names. */
  readonly publicUrl: string | null
  /** Absent: no OpenID provider is configured. */
  readonly openId?: OpenId | null
  /** What shares the port; absent: nothing. */
  readonly mounted?: readonly MountedApp[]
}

/** The native API, with its reference: where a request goes is the list below. */
export function createApp(keyward: Keyward, settings: AppSettings): FastifyInstance {
  const { openId = null, publicUrl, mounted = [] } = settings
  const { verifier, guesses, deps } = keyward
  const nextRequestId = requestIds()
  const authenticateKey = keyAuthentication(verifier)
  const direct = directVerification({
    verifier,
    clock: deps.clock,
    authenticateKey,
    requestId: nextRequestId,
  })
  // Behind proxies the client's address takes working out, and in debugging each request is logged: both are Fastify's.
  const isDirect = settings.trustedHops === 0 && !settings.logger.isLevelEnabled("debug")
  const ownServers = isDirect ? direct.serverFactory : undefined
  const serverFactory = mounted.length === 0 ? ownServers : mountedServers(mounted, ownServers)
  const app = createListener({
    ...settings,
    instance: {
      // However long an id is, the route's schema says what is wrong with it.
      routerOptions: { maxParamLength: maxHeaderSize },
      frameworkErrors: answerError,
      clientErrorHandler: answerUnreadable(() => nextRequestId({ headers: {} })),
      genReqId: (request) => begun(request)?.id ?? nextRequestId(request),
      ...(serverFactory ? { serverFactory } : {}),
    },
  })
  if (isDirect) direct.takeOver(app)
  readJsonBodies(app, ["application/json", "application/merge-patch+json"])
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, "route_not_found", { detail: "There is nothing at this path." }),
  )
  const cookie = sessionCookie(publicUrl)
  const origin = sameOrigin(publicUrl)
  const authenticate = managementAuthentication({
    authenticateKey,
    authenticateSession: sessionAuthentication(keyward),
    authenticateToken: openId?.identifyBearer
      ? tokenAuthentication(openId.identifyBearer, guesses, deps.clock)
      : null,
    cookie,
    origin,
  })
  for (const serveNoun of [
    serveOrganizations,
    serveUsers,
    serveServiceAccounts,
    serveMembers,
    serveRoles,
    serveSessions(cookie, origin),
    serveLinks,
    serveKeyspaces,
    serveKeys,
    serveRotation,
    serveTasks,
    serveVerification,
    serveAudit,
    serveHealth,
    serveOpenIdSignIn(openId),
  ]) {
    serveNoun(app, keyward, authenticate)
  }
  refuseOtherMethods(app, [...nativeRoutes, ...browserRoutes])
  serveReference(app)
  return app
}
