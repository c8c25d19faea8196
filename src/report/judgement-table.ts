import { ERROR_CATEGORIES } from '../domain/category.ts'
import { FINDING_REASONS, type FindingReason, type Mark } from '../domain/finding.ts'
import { JUDGEMENTS } from '../domain/judgement/table.ts'
import { tableOf } from './markdown.ts'

function classText(mark: Mark): string {
  const { class: usual, lighter } = JUDGEMENTS[mark]
  if (lighter === undefined) return usual
  const when =
    lighter.by === 'unknown-to-idp'
      ? 'the identity provider knows the id for none of them'
      : lighter.by.map((reason: FindingReason) => `\`${reason}\``).join(' or ')
  return `${usual}; ${lighter.class} with ${when}`.replace('with the', 'where the')
}

/** The table that decides, as the README shows it. */
export const judgementTable = (): string =>
  tableOf(
    [
      ['Category or reason', 'left'],
      ['When', 'left'],
      ['Of', 'left'],
      ['Class', 'left'],
    ],
    [...ERROR_CATEGORIES, ...FINDING_REASONS].map((mark) => [
      `\`${mark}\``,
      JUDGEMENTS[mark].when,
      JUDGEMENTS[mark].types.join(', '),
      classText(mark),
    ]),
  )
