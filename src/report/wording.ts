const NUMBER = new Intl.NumberFormat('en-US')

/** `1,039` */
export const number = (value: number): string => NUMBER.format(value)

/** `1 identity`, `1,039 identities` */
export const counted = (count: number, one: string, many: string): string =>
  `${number(count)} ${count === 1 ? one : many}`

export const identities = (count: number): string => counted(count, 'identity', 'identities')

export const workspaces = (count: number): string => counted(count, 'workspace', 'workspaces')

/** `41.5%`; what is neither nothing nor all never looks like it. `''` of nothing. */
export function share(value: number, of: number): string {
  if (of === 0) return ''
  if (value === 0 || value === of) return value === 0 ? '0%' : '100%'
  const percent = (value * 100) / of
  if (percent < 0.1) return '<0.1%'
  if (percent > 99.9 && value < of) return '>99.9%'
  return `${percent.toFixed(1)}%`
}

/** `1,039 of 2,504 (41.5%)` */
export const part = (value: number, of: number): string =>
  of === 0 ? number(value) : `${number(value)} of ${number(of)} (${share(value, of)})`

/** `8 s`, `14 min 8 s`, `5 h 33 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  if (hours > 0) return `${number(hours)} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`
}

/** `2026-11-22 04:10 UTC` of an ISO 8601 time. */
export const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
