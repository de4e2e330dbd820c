import type { Statement } from "../../src/stores/sql/engine.ts"

/** The statements that read or write rows, each text once. */
export function executedOnce(executed: readonly Statement[]): Statement[] {
  const rows = executed.filter(({ sql }) => /^(select|insert|update|delete|with) /i.test(sql.trim()))
  return [...new Map(rows.map((statement) => [statement.sql, statement])).values()]
}
