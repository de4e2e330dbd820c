/** Most bytes that a provider's answer may have: a document of discovery, a key set, a token response. */
const answerMaximum = 256 * 1024

/**
 * `fetch` that follows no redirect and reads no more than `answerMaximum` bytes: whoever answers in the provider's place
 * can neither send us elsewhere nor fill the memory. The signal of `init` bounds the reading too.
 * @throws Error when the answer is larger; whatever `fetch` rejects with
 */
export async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: "manual" })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > answerMaximum) throw new Error(`The provider's answer is over ${answerMaximum} bytes.`)
    chunks.push(chunk)
  }
  const { status, headers } = response
  return new Response(length === 0 ? null : Buffer.concat(chunks), { status, headers })
}
