import { hashOf, TextIndex } from './texts.ts'

/** A user, group or service principal of the directory, as far as a match depends on it. */
export interface DirectoryObject {
  /** Object id. */
  readonly id: string
  /** User principal name, display name or application id; `''`: we may not read it. */
  readonly name: string
  /** Under which a guest is known at home; `''` for all others. */
  readonly guestMail: string
  /** Who its members are may be hidden from us. */
  readonly hidden: boolean
}

const fold = (text: string): string => text.toLowerCase()

/** Objects of one type, each once, found by object id (exactly) and by name (without regard to case), in little memory. */
export class DirectoryObjects {
  readonly #ids = new TextIndex()
  readonly #names = new TextIndex(fold)
  readonly #guestMails = new TextIndex(fold)
  /** Rows of the objects to which the addresses belong. */
  readonly #guests: number[] = []
  readonly #hidden = new Set<number>()
  readonly #digest: [number, number] = [0, 0]

  get length(): number {
    return this.#ids.length
  }

  /** 16 hex digits, equal for equal objects in whatever order they were added; tells change, proves nothing. */
  get digest(): string {
    return this.#digest.map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  add({ id, name, guestMail, hidden }: DirectoryObject): void {
    if (this.#ids.rowOf(id) !== undefined) return
    const row = this.#ids.add(id)
    this.#digest[0] ^= hashOf([id, name, guestMail, hidden].join('\n'))
    this.#digest[1] ^= hashOf([hidden, guestMail, name, id].join('\n'))
    this.#names.add(name)
    if (hidden) this.#hidden.add(row)
    if (guestMail === '') return
    this.#guestMails.add(guestMail)
    this.#guests.push(row)
  }

  byId(id: string): Pick<DirectoryObject, 'name' | 'hidden'> | undefined {
    const row = this.#ids.rowOf(id)
    return row === undefined ? undefined : { name: this.#names.at(row), hidden: this.#hidden.has(row) }
  }

  /** Sorted. */
  idsByName(name: string): string[] {
    return name === '' ? [] : this.#idsAt(this.#names.rowsOf(name))
  }

  /** Guests with that address, sorted. */
  idsByGuestMail(mail: string): string[] {
    return mail === '' ? [] : this.#idsAt(this.#guestMails.rowsOf(mail).map((at) => this.#guests[at] ?? -1))
  }

  #idsAt = (rows: readonly number[]): string[] => rows.map((row) => this.#ids.at(row)).sort()
}

/** Object ids as Entra writes them; nothing else can be one. */
export const isObjectId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
