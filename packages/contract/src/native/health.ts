import { Type } from "typebox"
import { route } from "../route.ts"
import { oneOf } from "../schema.ts"

export const readHealth = route({
  operationId: "readHealth",
  method: "GET",
  path: "/healthz",
  tag: "Health",
  summary: "Is the process alive?",
  answers: {
    200: {
      description: "It is.",
      schema: Type.Object({ status: oneOf(["ok"], { description: "Always `ok`." }) }, { title: "Health" }),
    },
  },
  problems: [],
})

export const readReadiness = route({
  operationId: "readReadiness",
  method: "GET",
  path: "/readyz",
  tag: "Health",
  summary: "Can it answer, store included?",
  answers: {
    200: {
      description: "It can.",
      schema: Type.Object(
        { status: oneOf(["ready"], { description: "Always `ready`." }) },
        { title: "Readiness" },
      ),
    },
  },
  problems: ["store_unavailable"],
})
