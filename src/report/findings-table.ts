import type { ErrorCategory } from '../domain/category.ts'
import { marksOf, principalCompared } from '../domain/finding.ts'
import { sameId } from '../domain/judgement/reasons.ts'
import { markdownCode } from './escape.ts'
import type { FindingSample, Judgement } from './judgement.ts'
import { tableOf } from './markdown.ts'
import { redactedExternalId, redactedNameOf } from './redact.ts'
import { counted, number } from './wording.ts'

const isOfLink = (category: ErrorCategory): boolean => !category.startsWith('GROUP_')

/** In our words: the two sides' values that tell why. */
function whyOf({ finding }: FindingSample, { redaction }: Judgement): string {
  const compared = principalCompared(finding)
  if (compared === undefined) return ''
  const { databricks, idp } = compared
  const members = (compared.localMembers?.length ?? 0) + (compared.externalMembers?.length ?? 0)
  if (members > 0 && !finding.categories.some(isOfLink))
    return `${counted(members, 'member', 'members')} not in the group of the identity provider`
  const stored = databricks.externalId === '' ? 'no external id' : `external id ${externalId(databricks.externalId)}`
  if (idp.externalIds.length > 1) return `${stored}, ${number(idp.externalIds.length)} candidates by name`
  const [byName] = idp.externalIds
  if (byName !== undefined && sameId(byName, databricks.externalId)) return `${stored}, to which the name leads too`
  if (byName !== undefined) return `${stored}, by name ${externalId(byName)}`
  if (idp.name !== null && idp.name !== databricks.name)
    return `${stored}, which is ${markdownCode(redactedNameOf(finding.type, idp.name, redaction))} in the identity provider`
  return idp.knowsExternalId === false ? `${stored}, unknown to the identity provider` : stored
  function externalId(text: string): string {
    return markdownCode(redactedExternalId(text, redaction))
  }
}

/** Findings with what is wrong and why, in our words; names and external ids redacted. */
export function samplesTable(
  samples: readonly FindingSample[],
  judgement: Judgement,
  showNames: boolean,
  stepOf?: (sample: FindingSample) => string,
): string {
  const rows = samples.map((sample) => {
    const { finding, accepted } = sample
    const marks = accepted.length > 0 ? accepted : marksOf(finding)
    return [
      ...(stepOf === undefined ? [] : [stepOf(sample)]),
      finding.type,
      markdownCode(finding.id),
      ...(showNames ? [markdownCode(redactedNameOf(finding.type, finding.name, judgement.redaction))] : []),
      marks.map((mark) => `\`${mark}\``).join(', '),
      ...(showNames ? [whyOf(sample, judgement)] : []),
    ]
  })
  return tableOf(
    [
      ...(stepOf === undefined ? [] : [['#', 'right'] as const]),
      ['Type', 'left'],
      ['Id', 'left'],
      ...(showNames ? [['Name', 'left'] as const] : []),
      ['What', 'left'],
      ...(showNames ? [['Why', 'left'] as const] : []),
    ],
    rows,
  )
}
