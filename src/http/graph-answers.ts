import { AuditError, type Reason } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { jsonOf } from './answers.ts'
import type { Ask } from './ask.ts'
import { isFields } from './error-body.ts'
import type { HttpAnswer, Send } from './send.ts'

/** A link to a next page that is no longer good: the listing has to begin anew. The codes of such an `AuditError`. */
export const EXPIRED_LINK: ReadonlySet<string> = new Set([
  'Directory_ExpiredPageToken',
  'DirectoryPageTokenNotFoundException',
])

/** https://learn.microsoft.com/graph/errors */
function graphCodeOf({ text }: HttpAnswer): string {
  try {
    const json: unknown = JSON.parse(text)
    const error = isFields(json) ? json.error : undefined
    const code = isFields(error) ? error.code : undefined
    return typeof code === 'string' && /^[A-Za-z][\w.]{0,63}$/.test(code) ? code : ''
  } catch {
    return ''
  }
}

/** Turns answers of Graph into values or `AuditError`s; asks once. An error's code is the status, or one of `EXPIRED_LINK`. */
export const graphAnswering =
  (send: Send, clock: Clock): Ask =>
  async (request, decode, signal) => {
    const answer = await send(request, signal)
    const json = jsonOrThrow(answer, () => jsonOf(request.call, answer, clock))
    try {
      return decode(json)
    } catch (error) {
      if (error instanceof AuditError) throw error
      throw new AuditError('internal', 'Cannot decode an answer: fault in the decoder', { cause: error })
    }
  }

const AGAIN = 'Run the audit again; if it stays so, ask Microsoft support.'

/** What the reasons suggest is about Databricks. */
const ACTIONS: Readonly<Partial<Record<Reason, string>>> = {
  unauthorized: 'Check the application that signs in to Microsoft Graph, and its tenant.',
  forbidden:
    'Grant the application the permissions of Microsoft Graph that `match-source: graph` needs, with admin consent.',
  'not-found': AGAIN,
  'bad-request': AGAIN,
  'server-error': AGAIN,
  throttled: 'Run the audit again at a quieter time: other programs may use the same application.',
}

function jsonOrThrow(answer: HttpAnswer, read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
    const code = graphCodeOf(answer)
    const { reason, message, retryAfterMs } = error
    throw new AuditError(reason, code === '' ? message : `${message} ${code}`, {
      code: EXPIRED_LINK.has(code) ? code : error.code,
      retryAfterMs,
      action: ACTIONS[reason],
    })
  }
}
