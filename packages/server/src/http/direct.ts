import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http"
import { Readable } from "node:stream"
import { bounds, verifyKey } from "@keyward/contract"
import type { Caller, Clock } from "@keyward/core"
import type { FastifyInstance, FastifyServerFactory } from "fastify"
import type { Static } from "typebox"
import type { Verification, Verifier } from "../verification/verifier.ts"
import { type AuthenticateKey, soleKeyOf } from "./authentication.ts"
import { parseJson } from "./json-body.ts"
import { verificationJson } from "./native/print.ts"
import { demandVerify, verificationRequest } from "./native/verification-request.ts"
import { sunset } from "./sunset.ts"
import { validator } from "./validation.ts"

/**
 * The verify route is what Keyward is asked all day, so it is answered straight from node:http, with the same
 * authentication, validation, decision and printing as every other way in. Only success is answered here: whatever is
 * unusual about a request, or wrong with it, is handed to Fastify, which goes on from where this got to.
 */
export interface DirectVerification {
  readonly serverFactory: FastifyServerFactory
  /** To be called once the instance is there: takes up what is handed over, and stops when the instance closes. */
  takeOver(app: FastifyInstance): void
}

export interface DirectDeps {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly authenticateKey: AuthenticateKey
  readonly requestId: (request: IncomingMessage) => string
}

/** What was already done for a request that is handed over, so that nothing is done, or counted, twice. */
interface Begun {
  readonly id: string
  /** Throws what authentication threw. */
  readonly caller: () => Caller | Promise<Caller>
  /** null: not read yet. */
  readonly body: Buffer | null
}

const handedOver = new WeakMap<IncomingMessage, Begun>()

/** What `direct` has done for a request; undefined for one that never came by. */
export function begun(request: IncomingMessage): Begun | undefined {
  return handedOver.get(request)
}

export function directVerification({
  verifier,
  clock,
  authenticateKey,
  requestId,
}: DirectDeps): DirectVerification {
  const check = validator("body", verifyKey.body)
  let closing = false
  return {
    serverFactory: (ordinary, options): Server => {
      const server = createServer((request, response) => {
        if (!closing && isPlain(request)) begin(request, response, ordinary)
        else ordinary(request, response)
      })
      // What Fastify sets on the servers that it makes itself.
      server.keepAliveTimeout = Number(options["keepAliveTimeout"])
      server.requestTimeout = Number(options["requestTimeout"])
      return server
    },
    takeOver(app) {
      app.addHook("preClose", (done) => {
        closing = true
        done()
      })
      app.addHook("preParsing", (request, _reply, payload, done) => {
        const body = begun(request.raw)?.body
        done(null, body ? Readable.from([body], { objectMode: false }) : payload)
      })
    },
  }

  function begin(request: IncomingMessage, response: ServerResponse, ordinary: RequestListener): void {
    const presented = {
      id: requestId(request),
      ip: request.socket.remoteAddress ?? "",
      headers: request.headers,
    }
    const key = soleKeyOf(presented)
    if (key === null) {
      ordinary(request, response)
      return
    }
    const caller = attempted(() => authenticateKey(key, presented))
    if (caller instanceof Promise || caller instanceof Failed) {
      handOver(null)
      return
    }
    readBody(request, (body) => {
      let verification: Verification | Promise<Verification>
      try {
        verification = verified(caller, body)
      } catch {
        // Fastify's way says what is wrong, as it does for every route.
        handOver(body)
        return
      }
      // The store has been asked, and may have counted: Fastify only tells of its failure, and does not ask it again.
      if (verification instanceof Promise)
        verification.then(send, (error) => handOver(body, new Failed(error)))
      else send(verification)
    })

    function handOver(body: Buffer | null, known: typeof caller = caller): void {
      handedOver.set(request, {
        id: presented.id,
        body,
        caller: () => (known instanceof Failed ? known.raise() : known),
      })
      ordinary(request, response)
    }

    function send(verification: Verification): void {
      const json = verificationJson(verification)
      const { outcome, subject } = verification
      const end = outcome === "VALID" && subject ? sunset(subject, clock.now()) : null
      if (end !== null) response.setHeader("sunset", end)
      response.writeHead(200, {
        "x-request-id": presented.id,
        "content-type": "application/json; charset=utf-8",
        "content-length": Buffer.byteLength(json),
      })
      response.end(json)
    }
  }

  function verified(caller: Caller, body: Buffer): Verification | Promise<Verification> {
    const input = parseJson(body)
    check(input)
    demandVerify(caller)
    return verifier.verify(
      verificationRequest(caller, input as Static<typeof verifyKey.body>, "/permissions"),
    )
  }
}

function attempted<Result>(attempt: () => Result): Result | Failed {
  try {
    return attempt()
  } catch (error) {
    return new Failed(error)
  }
}

class Failed {
  readonly #error: unknown
  constructor(error: unknown) {
    this.#error = error
  }
  raise(): never {
    throw this.#error
  }
}

/** Whether there is nothing about the head of a request that another way would read differently. */
function isPlain({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === "POST" &&
    url === verifyKey.path &&
    headers["content-type"] === "application/json" &&
    headers["transfer-encoding"] === undefined &&
    headers["expect"] === undefined &&
    headers["content-encoding"] === undefined &&
    Number(headers["content-length"] ?? Number.NaN) <= bounds.bodyBytes
  )
}

/** Reads a body of the announced length; a request that breaks off is answered by nobody. */
function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const [first, ...more] = chunks
    done(first && more.length === 0 ? first : Buffer.concat(chunks))
  })
}
