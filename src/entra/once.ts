/** What is asked once for each key, however many want to know; what failed is asked again. */
export class Once<Key, Value> {
  readonly #asked = new Map<Key, Promise<Value>>()

  get(key: Key, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#asked.get(key)
    if (known !== undefined) return known
    const asked = ask()
    this.#asked.set(key, asked)
    asked.catch(() => this.#asked.delete(key))
    return asked
  }
}
