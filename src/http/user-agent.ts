const word = (text: string): string => text.replace(/[^0-9A-Za-z_.+-]/g, '-')

/** As the Databricks SDKs word it: `product/version key/value …`. `node`: as in `process.version`. */
export const userAgentOf = (facts: { version: string; node: string; os: string; authType: string }): string =>
  [
    `aim-readiness-action/${word(facts.version)}`,
    `node/${word(facts.node.replace(/^v/, ''))}`,
    `os/${word(facts.os)}`,
    'cicd/github',
    `auth/${word(facts.authType)}`,
  ].join(' ')
