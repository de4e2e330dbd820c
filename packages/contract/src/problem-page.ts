import { browserRoutes, nativeRoutes } from "./native/routes.ts"
import { commonProblems, type ProblemCode, problems, problemType } from "./problem.ts"
import type { Route } from "./route.ts"

const routes: readonly Route[] = [...nativeRoutes, ...browserRoutes]

/** What there is to read about a kind of problem, in Markdown: what its `type` leads to. */
export function problemPage(code: ProblemCode): string {
  const { status, title, fix } = problems[code]
  return `# ${title}

| | |
| --- | --- |
| \`code\` | \`${code}\` |
| \`status\` | ${status} |
| \`type\` | \`${problemType(code)}\` |

## What to do

${fix}

\`detail\` says what went wrong this time, \`fix\` what to do about that, and \`errors\` each member that is wrong with the input.
Quote the \`request_id\` when you ask somebody: it is in the server's log, and in the audit trail where something was recorded.

## Where it occurs

${callsWith(code)}
`
}

/** What no route declares, as it is answered where there is none. */
const withoutRoute: Partial<Record<ProblemCode, string>> = {
  route_not_found: "At any path where there is nothing.",
  method_not_allowed: "At any path where there is something, but not by this method.",
}

/** The calls of which it is the matter come first, then those that share it with many others. */
function callsWith(code: ProblemCode): string {
  const elsewhere = withoutRoute[code]
  if (elsewhere) return elsewhere
  const own = routes.filter((route) => route.problems.includes(code))
  const common = routes.filter((route) => !own.includes(route) && commonProblems(route).includes(code))
  const calls = [...own, ...common]
  if (calls.length === routes.length) return "In answer to any call."
  return calls.map(({ method, path }) => `- \`${method} ${path}\``).join("\n")
}
