// tsc first, then ncc on its JavaScript: ncc's own TypeScript loader does not know TypeScript 7.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'

const run = (command, ...args) => execFileSync(process.execPath, [command, ...args], { stdio: 'inherit' })

rmSync('out', { recursive: true, force: true })
rmSync('dist', { recursive: true, force: true })
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')
// kerberos is an optional import of a proxy agent; a second chunk for it would empty the licence file.
run(
  'node_modules/@vercel/ncc/dist/ncc/cli.js',
  'build',
  'out/main.js',
  '-o',
  'dist',
  '-m',
  '--license',
  'licenses.txt',
  '--external',
  'kerberos',
)
