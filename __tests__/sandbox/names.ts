import type { Chance } from './chance.ts'

const GIVEN =
  'adrian alex blake cameron dakota drew emerson finley harper hayden jordan kendall lane logan morgan oakley parker quinn reese rowan sage taylor'
const FAMILY =
  'ashford blackwood calloway darrow delaney fairchild gallagher hawthorne kingsley lockhart mercer norwood pemberton quimby radcliffe sinclair thornton whitfield'

const given = GIVEN.split(' ')
const family = FAMILY.split(' ')
const DOMAINS = { home: 'example.com', foreign: 'example.net', guest: 'example.org' }

/** A made-up person; the index makes the address theirs alone. */
export function personOf(
  chance: Chance,
  index: number,
  from: keyof typeof DOMAINS,
): { displayName: string; address: string } {
  const [first, last] = [chance.pick(given), chance.pick(family)]
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
  return {
    displayName: `${capital(first)} ${capital(last)}`,
    address: `${first}.${last}${String(index).padStart(4, '0')}@${DOMAINS[from]}`,
  }
}

/** Names that a directory may well hold and that a CSV, a Markdown table, a log or a terminal must survive. */
export const AWKWARD_NAMES = [
  'quimby, dakota@example.com',
  'the "boss"@example.com',
  'two\nlines@example.com',
  `=cmd|' /C calc'!A0`,
  '+15551234@example.com',
  '-2+3@example.com',
  '@SUM(1+1)*cmd',
  '::error::all is lost@example.com',
  'first\r\n::add-mask::e',
  'last\r::stop-commands::forever',
  'x ##[add-mask]e@example.com',
  '##[group]caught',
  '</td></table><img src=x onerror=alert(1)>@example.com',
  '| pipe | `tick` | [link](https://example.net) **bold**',
  '<details><summary>&amp; </summary>',
  'right\u202Eto-left@example.com',
  '🦊🧑‍🚀@example.com',
  'lone\uD83Dsurrogate@example.com',
  '\ttab-first@example.com',
  '\u001b[31mred\u001b[0m@example.com',
  'line\u2028separator@example.com',
  '\uFF1Dfull-width@example.com',
  ' leading and trailing space ',
  '@octo/security-team',
  `${'long'.repeat(300)}@example.com`,
]
