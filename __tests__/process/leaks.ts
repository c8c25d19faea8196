import type { RunResult } from '../sandbox/runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { everythingOf } from './evidence.ts'

/** The ways in which a secret may be written down: as it is, in an address, in hex, and in base64 at any offset. */
function formsOf(secret: string): string[] {
  // The last characters of a base64 text depend on what follows.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + secret)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  )
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const encoded = encodeURIComponent(secret)
  return [
    ...new Set([secret, encoded, encodeURIComponent(encoded), Buffer.from(secret).toString('hex'), ...base64, ...url]),
  ]
}

/** What must never be read anywhere: of a signed token, its signature alone gives it away. */
const tellingPartOf = (token: string): string => token.split('.')[2] ?? token

/** Every secret that this sandbox gave out, by what it is. */
function secretsOf(sandbox: Sandbox, others: Readonly<Record<string, string>>): Map<string, string> {
  const { ACTIONS_RUNTIME_TOKEN = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN = '' } = sandbox.env()
  return new Map([
    ...sandbox.tokens.map(({ id, token }) => [id, tellingPartOf(token)] as const),
    ...[...sandbox.assertions.keys()].map((token, index) => [`assertion-${index}`, tellingPartOf(token)] as const),
    ['runtime token', tellingPartOf(ACTIONS_RUNTIME_TOKEN)],
    ['request token', tellingPartOf(ACTIONS_ID_TOKEN_REQUEST_TOKEN)],
    ['github token', 'ghs_makebelieve0123456789abcdefghijklmnop'],
    ...Object.entries(others),
  ])
}

/** Where a secret can be read in what a run left behind, as `secret in place`. */
export async function leaksOf(
  run: RunResult,
  sandbox: Sandbox,
  others: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const everything = await everythingOf(run, sandbox)
  return [...secretsOf(sandbox, others)].flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) =>
      [...everything].filter(([, text]) => text.includes(form)).map(([place]) => `${name} in ${place}`),
    ),
  )
}

/** Tokens that the runner was never told to hide. */
export const unmaskedOf = ({ masks }: RunResult, { tokens, assertions }: Sandbox): string[] =>
  [...tokens.map(({ token }) => token), ...assertions.keys()].filter((token) => !masks.has(token))
