import type { Credentials } from "./credentials.ts"

/**
 * Lines for a POSIX shell that issue a first key and verify it. They take the API key out of the credentials file, so
 * that it is neither on the screen nor in the shell's history.
 */
export function printFirstSteps(credentials: Credentials, file: string): string {
  const { base_url: url, demo_keyspace_id: keyspace } = credentials
  const key = JSON.stringify({ keyspace_id: keyspace, name: "First key", permissions: ["things.read"] })
  const headers = `-H "Authorization: Bearer $API_KEY" -H 'Content-Type: application/json'`
  return [
    `API_KEY=$(sed -n '/"admin"/,/}/s/^ *"api_key": "\\(.*\\)".*/\\1/p' ${quoted(file)})`,
    `KEY=$(curl -sS ${url}/v1/keys ${headers} -d '${key}' | sed -n 's/.*"secret":"\\([^"]*\\)".*/\\1/p')`,
    `curl -sS ${url}/v1/keys/verify ${headers} -d '{"key":"'$KEY'","permissions":"things.read"}'`,
  ].join("\n")
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
