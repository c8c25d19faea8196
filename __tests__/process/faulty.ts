import type { Fault, FaultPlan } from '../sandbox/faults.ts'

/** A listing's page, as far as a test changes it. */
export interface Page {
  totalResults: number
  Resources: { id: string }[]
}

export const rewritingPage = (change: (page: Page) => void): Fault => ({
  name: 'page',
  kind: 'rewrite',
  rewrite(answer) {
    const page = JSON.parse(String(answer.body)) as Page
    change(page)
    return { ...answer, body: JSON.stringify(page) }
  },
})

/** Final for whoever gets it: it is not asked again. */
export const REFUSED: Fault = {
  name: '400',
  kind: 'answer',
  answer: { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"make-believe"}' },
}

/** The same fault for each of these calls, always. */
export const always =
  (fault: Fault, calls: (call: string, target: string) => boolean): FaultPlan =>
  ({ call, target }) =>
    calls(call, target) ? fault : undefined

/** Does something once, as so many identities have been asked about. */
export function atMatch(count: number, act: () => void): FaultPlan {
  let matches = 0
  return ({ call }) => {
    if (call.endsWith('.match') && matches++ === count) act()
    return undefined
  }
}
