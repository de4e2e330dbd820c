import swagger from "@fastify/swagger"
import swaggerUi from "@fastify/swagger-ui"
import {
  browserRoutes,
  nativeDescription,
  nativeRoutes,
  openApiDocument,
  problemCodes,
  problemPage,
  problemType,
} from "@keyward/contract"
import { dialectDocuments } from "@keyward/contract/dialects"
import type { FastifyInstance } from "fastify"
import { version } from "../version.ts"

// Once in a process, however many apps it has.
const printed = JSON.stringify(
  openApiDocument({
    title: "Keyward",
    version,
    description: nativeDescription,
    routes: [...nativeRoutes, ...browserRoutes],
  }),
)
const document = JSON.parse(printed)

/**
 * Hands out the OpenAPI document and, at /reference, a page to browse and try it; all from this server's own files. Those of
 * the dialects are at /openapi/<dialect>.json, whether they are served here or not. The `type` of a problem leads to a page.
 */
export function serveReference(app: FastifyInstance): void {
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(printed))
  for (const [name, described] of Object.entries(dialectDocuments)) {
    let printedDialect: string | undefined
    app.get(`/openapi/${name}.json`, (_request, reply) => {
      printedDialect ??= JSON.stringify(openApiDocument({ ...described, version }))
      return reply.type("application/json").send(printedDialect)
    })
  }
  for (const code of problemCodes) {
    // Markdown, as browsers show it without a program of its own.
    app.get(problemType(code), (_request, reply) =>
      reply.type("text/plain; charset=utf-8").send(problemPage(code)),
    )
  }
  app.register(swagger, { mode: "static", specification: { document } })
  app.register(swaggerUi, {
    routePrefix: "/reference",
    staticCSP: true,
    uiConfig: { deepLinking: true, docExpansion: "list", tryItOutEnabled: false },
  })
}
