import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { terminalText } from './terminal.ts'

describe('terminalText', () => {
  it('renders headings, aligned tables, folds and lists as plain lines', () => {
    const markdown = [
      '## Failed &amp; **done**',
      '| Rule | Value |\n|:--|--:|\n| `a\\|b` | 7 |\n| long name | 1,000 |',
      '<details><summary>More (1)</summary>\n\n- one<br>two\n- [link](https://example.com/x)\n\n</details>',
    ].join('\n\n')
    expect(stripVTControlCharacters(terminalText(markdown)).split('\n')).toEqual([
      ...['Failed & done', '', 'Rule       Value', '────────────────', 'a|b            7', 'long name  1,000', ''],
      ...['▸ More (1)', '', '• one', '  two', '• link (https://example.com/x)'],
    ])
  })

  it('lets no text steer the terminal, and breaks what is too wide', () => {
    const text = terminalText('| a | b |\n|---|---|\n| `\u001b[31mred` | &#27;[2J\u202E |', 80)
    for (const steering of ['\u001b', '\u202E']) expect(stripVTControlCharacters(text)).not.toContain(steering)
    const wide = terminalText(`| a | b |\n|---|---|\n| ${'x'.repeat(90)} | ${'word '.repeat(30)} |`, 60)
    expect(
      Math.max(
        ...stripVTControlCharacters(wide)
          .split('\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(60)
  })
})
