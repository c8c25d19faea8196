/** What an error answer says in its body. */
export interface ErrorBody {
  /** `PERMISSION_DENIED`, …; `''` when it says none, or something that does not look like one. */
  readonly code: string
  /** For machines to look phrases up in; may hold directory text, so it is never shown. */
  readonly text: string
  readonly isJson: boolean
}

const CODE = /^[A-Z_]{1,64}$/

const codeOf = (...candidates: readonly unknown[]): string =>
  candidates.find((value): value is string => typeof value === 'string' && CODE.test(value)) ?? ''

type Fields = Readonly<Record<string, unknown>>

export const isFields = (json: unknown): json is Fields =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** The fields that Databricks, its older services, SCIM and OAuth put an error in, in that order. */
function ofFields(fields: Fields): ErrorBody {
  const { error_code, error, message, detail, details, error_description } = fields
  const reasons = Array.isArray(details) ? details.map((each) => (isFields(each) ? each.reason : undefined)) : []
  const texts = [message, error, detail, error_description].filter((text) => typeof text === 'string')
  return { code: codeOf(error_code, error, ...reasons), text: texts.join(' '), isJson: true }
}

/** Reads the body of an answer that is no success; understands whatever comes. */
export function errorBodyOf(text: string): ErrorBody {
  try {
    const json: unknown = JSON.parse(text)
    return isFields(json) ? ofFields(json) : { code: '', text: '', isJson: true }
  } catch {
    // Some account APIs answer "PERMISSION_DENIED: …" in plain text; a gateway answers HTML.
    const code = codeOf(/^([A-Z_]{1,64}): /.exec(text)?.[1])
    return { code, text: (/<pre>([^<]{0,2000})/i.exec(text)?.[1] ?? text).slice(0, 2000), isJson: false }
  }
}

/** The error that a 200 carries in its body; `undefined` when it is an ordinary answer. */
export function hiddenErrorOf(json: unknown): ErrorBody | undefined {
  if (!isFields(json)) return undefined
  const { error_code: code } = json
  return code === undefined || code === null || code === '' || code === 0 ? undefined : ofFields(json)
}
