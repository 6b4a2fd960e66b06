import { AppException } from '#shared/basics/result.ts'

export function notFound(kind: string, key: string): AppException {
  return new AppException({
    code: 'not-found',
    message: `There is no ${kind} ${key}.`,
    remedy: 'It may have been removed; look at the list.',
  })
}

export function nameTaken(kind: string, name: string): AppException {
  return new AppException({
    code: 'already-exists',
    message: `There is already a ${kind} called ${name}.`,
    remedy: 'Choose another name.',
  })
}

export function inUse(kind: string, name: string, users: readonly string[]): AppException {
  const shown = users.slice(0, 3).join(', ')
  const more = users.length > 3 ? ` and ${users.length - 3} more` : ''
  return new AppException({
    code: 'conflict',
    message: `The ${kind} ${name} is used by ${users.length} experiment${users.length === 1 ? '' : 's'}: ${shown}${more}.`,
    remedy: 'Remove these experiments first, also from the trash.',
  })
}
