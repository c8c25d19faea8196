import { type AllowEntry, EXPIRES_SOON_DAYS } from '../domain/allow-list.ts'
import { markdownCode, markdownText } from './escape.ts'
import { samplesTable } from './findings-table.ts'
import type { Judgement } from './judgement.ts'
import { foldOf, sectionOf, tableOf } from './markdown.ts'
import { counted, number } from './wording.ts'

const extent = (shown: number, of: number): string =>
  shown < of ? `first ${number(shown)} of ${number(of)}` : number(of)

/** New, changed, fixed and existing; the first new ones in a fold. `''` without a baseline. */
export function changesSectionOf(judgement: Judgement, showNames: boolean): string {
  const { changes } = judgement.judged
  if (changes === undefined) return ''
  const line = `${number(changes.new)} new · ${number(changes.changed)} changed · ${number(changes.fixed)} fixed · ${number(changes.existing)} existing`
  const { fresh } = judgement.samples
  const fold =
    fresh.length === 0
      ? ''
      : foldOf(
          `New or changed: ${extent(fresh.length, changes.new + changes.changed)}`,
          samplesTable(fresh, judgement, showNames),
        )
  return sectionOf('Since the baseline', line, fold)
}

function entriesTable(entries: readonly AllowEntry[]): string {
  const rows = entries
    .slice(0, ENTRIES)
    .map(({ type, id, mark, owner, expires, reason }) => [
      type,
      markdownCode(id),
      `\`${mark}\``,
      markdownText(owner),
      expires,
      markdownText(reason),
    ])
  return tableOf(
    [
      ['Type', 'left'],
      ['Id', 'left'],
      ['What', 'left'],
      ['Owner', 'left'],
      ['Expires', 'left'],
      ['Reason', 'left'],
    ],
    rows,
  )
}

const ENTRIES = 20

/** What the gate leaves out and why, and what of the allow-list wants attention. `''` when there is nothing of it. */
export function notCountedOf(judgement: Judgement, showNames: boolean): string {
  const { allowList } = judgement.judged
  const folds = [
    ...fold(
      `Accepted: ${extent(judgement.samples.accepted.length, allowList.accepted)}`,
      judgement.samples.accepted.length,
      () => samplesTable(judgement.samples.accepted, judgement, showNames),
    ),
    ...entriesFold(
      'Expired entries; what they accepted counts again',
      allowList.expired.map(({ entry }) => entry),
    ),
    ...entriesFold(`Entries that expire within ${EXPIRES_SOON_DAYS} days`, allowList.expiring),
    ...entriesFold('Entries that match nothing; remove them', allowList.unused),
  ]
  if (folds.length === 0) return ''
  const lines: readonly [count: number, text: string][] = [
    [allowList.accepted, `${counted(allowList.accepted, 'finding has', 'findings have')} something accepted`],
    [allowList.expired.length, counted(allowList.expired.length, 'entry is expired', 'entries are expired')],
    [allowList.expiring.length, `${number(allowList.expiring.length)} expiring soon`],
    [allowList.unused.length, `${number(allowList.unused.length)} unused`],
  ]
  const some = lines.filter(([count]) => count > 0).map(([, text]) => text)
  return sectionOf('Not counted', some.join(' · '), ...folds)
}

const entriesFold = (title: string, entries: readonly AllowEntry[]): string[] =>
  fold(`${title}: ${extent(Math.min(entries.length, ENTRIES), entries.length)}`, entries.length, () =>
    entriesTable(entries),
  )

const fold = (title: string, count: number, content: () => string): string[] =>
  count === 0 ? [] : [foldOf(title, content())]
