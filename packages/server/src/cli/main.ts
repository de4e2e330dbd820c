#!/usr/bin/env node
import process from "node:process"
import { run } from "./program.ts"

// Whoever reads the output may have seen enough: `keyward audit export | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error
  process.exit(0)
})

process.exitCode = await run(process.argv.slice(2))
