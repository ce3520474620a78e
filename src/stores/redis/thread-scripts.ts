/** What is done to a thread in one go, as Lua for the server. */

/*
 * KEYS of every script here: the thread's hash, its list of lines, its lease, the index it is in while it is not
 * archived, and the one for archived threads. Each answers a list whose first element says what happened.
 *
 * The hash has `writer`, the token of whoever wrote last: a writer whose token it no longer is adds nothing, however
 * late its request arrives. The lease is a key that ends by itself; while it is there, nobody else may become the writer.
 */

const REFUSE_IF_ABSENT = `
  if redis.call('EXISTS', KEYS[1]) == 0 then return {'absent'} end
`
const REFUSE_IF_HELD = `
  local held = redis.call('GET', KEYS[3])
  if held then return {'held', held, redis.call('HGET', KEYS[1], 'epoch')} end
`

/** Id, description, first line, time, token, holder, milliseconds of the lease. */
export const CREATE = `
  if redis.call('EXISTS', KEYS[1]) == 1 then return {'exists'} end
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'meta', ARGV[2], 'updatedAt', ARGV[4], 'archived', '0')
  redis.call('HSET', KEYS[1], 'epoch', '1', 'writer', ARGV[5], 'sequence', '0')
  redis.call('RPUSH', KEYS[2], ARGV[3])
  redis.call('SET', KEYS[3], ARGV[6], 'PX', ARGV[7])
  redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
  return {'made'}
`

/** Token, holder, milliseconds of the lease. @returns `open`, the number of lines. */
export const OPEN = `
  ${REFUSE_IF_ABSENT}
  ${REFUSE_IF_HELD}
  redis.call('HINCRBY', KEYS[1], 'epoch', 1)
  redis.call('HSET', KEYS[1], 'writer', ARGV[1], 'sequence', '0')
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  return {'open', redis.call('LLEN', KEYS[2])}
`

/**
 * Token, holder, milliseconds of the lease, number of lines before, which append of this writer, time, id, lines.
 *
 * A client sends a request again when it lost the connection before the answer, and the first one may still arrive, even
 * after later appends: each is done once, and none after its successor. More lines than there should be are an append that
 * failed for its writer and yet arrived; it counts as failed.
 *
 * @returns `added`, the number of lines.
 */
export const APPEND = `
  if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then
    return {'lost', redis.call('GET', KEYS[3]) or '', redis.call('HGET', KEYS[1], 'epoch') or ''}
  end
  if tonumber(redis.call('HGET', KEYS[1], 'sequence')) < tonumber(ARGV[5]) then
    local before = tonumber(ARGV[4])
    local present = redis.call('LLEN', KEYS[2])
    if present < before then return {'short', present} end
    if present > before then redis.call('LTRIM', KEYS[2], 0, before - 1) end
    for line = 8, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[line]) end
    redis.call('HSET', KEYS[1], 'sequence', ARGV[5], 'updatedAt', ARGV[6])
    local index = KEYS[4]
    if redis.call('HGET', KEYS[1], 'archived') == '1' then index = KEYS[5] end
    redis.call('ZADD', index, ARGV[6], ARGV[7])
  end
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  return {'added', redis.call('LLEN', KEYS[2])}
`

/** Token, holder, milliseconds of the lease. */
export const RENEW = `
  if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return {'lost'} end
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  return {'renewed'}
`

/** Token. */
export const RELEASE = `
  if redis.call('HGET', KEYS[1], 'writer') == ARGV[1] then
    redis.call('HSET', KEYS[1], 'writer', '')
    redis.call('DEL', KEYS[3])
  end
  return {'released'}
`

/** Id, `1` for into the archive or `0` for out of it. A writer whose lease ran out is the writer no more. */
export const MOVE = `
  ${REFUSE_IF_ABSENT}
  ${REFUSE_IF_HELD}
  redis.call('HSET', KEYS[1], 'archived', ARGV[2], 'writer', '')
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[5], ARGV[1])
  local index = KEYS[4]
  if ARGV[2] == '1' then index = KEYS[5] end
  redis.call('ZADD', index, redis.call('HGET', KEYS[1], 'updatedAt'), ARGV[1])
  return {'moved'}
`

/** Id. */
export const DELETE = `
  ${REFUSE_IF_HELD}
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[5], ARGV[1])
  return {'deleted'}
`
