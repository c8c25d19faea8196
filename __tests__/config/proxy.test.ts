import { describe, expect, test } from 'vitest'
import { proxyProblem, unusableProxies } from '../../src/config/proxy.ts'

describe('unusableProxies', () => {
  test.each([
    'http://proxy.corp:8080',
    'https://proxy.corp',
    'http://me:p%40ss@proxy.corp:8080/',
    'HTTP://[::1]:3128',
    'http://10.0.0.1:1',
    '',
  ])('%j is left alone', (url) => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])
      expect(unusableProxies({ [name]: url })).toEqual([])
  })

  test.each([
    'proxy.corp:8080',
    'proxy.corp',
    'my_user:SECRET@proxy.corp:8080',
    'my_user:SECRET@proxy.corp:80800',
    'http://proxy.corp:80800',
    'http://',
    'http://me:100%@proxy.corp',
    'socks5://127.0.0.1:1080',
    'file:///etc/passwd',
    'foo bar',
    ':::',
  ])('%j is told by its variable alone', (url) => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
      const given = { HTTPS_PROXY: 'http://fine.corp:8080', [name]: url }
      expect(unusableProxies(given)).toEqual([name])
      expect(proxyProblem(name)).toContain(name)
    }
  })
})
