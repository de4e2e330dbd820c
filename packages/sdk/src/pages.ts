/** One page of a list. */
interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

/** Every item of a list, page after page: a page that is empty and has a next one is not the end. */
export async function* itemsOfPages<Item>(
  page: (at: { readonly cursor?: string }) => Promise<PageOf<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let at: { readonly cursor?: string } | null = {}
  while (at !== null) {
    const { items, next_cursor }: PageOf<Item> = await page(at)
    yield* items
    at = next_cursor === null ? null : { cursor: next_cursor }
  }
}
