// tsc first, then ncc on its JavaScript: ncc's own TypeScript loader does not know TypeScript 7.
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'

const run = (command, ...args) => execFileSync(process.execPath, [command, ...args], { stdio: 'inherit' })
const remove = (folder) => rmSync(folder, { recursive: true, force: true })

remove('out')
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')
// kerberos is an optional import of a proxy agent; a second chunk for it would empty the licence file.
const options = ['-m', '--license', 'licenses.txt', '--external', 'kerberos']
run('node_modules/@vercel/ncc/dist/ncc/cli.js', 'build', 'out/main.js', '-o', 'out/dist', ...options)
// The same bundle under a name of its own, by which it knows that it is the post step: a main step that is killed as it
// starts can leave no word for it.
writeFileSync('out/dist/post.js', "import './index.js'\n")
// Swapped in one go, so that whoever runs the bundle meanwhile finds one.
remove('dist')
renameSync('out/dist', 'dist')
