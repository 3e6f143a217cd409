/**
 * The arithmetic of counters.ts inside Redis, on Redis's clock, for all algorithms: rate-limiter-flexible defines one script per
 * connection. The first letter of the key says which: s sliding window, b token bucket, f fixed window.
 * KEYS[1] key; ARGV: cost, window in seconds, limit. Gives what rate-limiter-flexible expects: consumed (above the limit when
 * refused) and milliseconds to wait.
 */
export const limitScript = `
local cost, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000, tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kind = string.sub(KEYS[1], 1, 1)
if kind == 'f' then
  local used = redis.call('INCRBY', KEYS[1], cost)
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl < 0 then redis.call('PEXPIRE', KEYS[1], window) ttl = window end
  return {used, ttl}
end
local found = redis.call('HMGET', KEYS[1], 'm', 'u', 'b')
local mark, used, before = tonumber(found[1]) or 0, tonumber(found[2]) or 0, tonumber(found[3]) or 0
local consumed, wait, allowed
if kind == 's' then
  local start = now - now % window
  if mark ~= start then
    before = (mark == start - window) and used or 0
    used = 0
    mark = start
  end
  local elapsed = now - start
  local overlap = before * (1 - elapsed / window)
  allowed = overlap + used + cost <= limit
  if allowed then
    used = used + cost
    consumed = math.ceil(overlap + used)
    wait = window - elapsed
  else
    local room = limit - cost - used
    wait = window - elapsed
    if room >= 0 and before > 0 then wait = window * (1 - room / before) - elapsed end
  end
else
  if mark > 0 then used = math.max(0, used - (now - mark) * limit / window) end
  mark = now
  allowed = used + cost <= limit
  if allowed then
    used = used + cost
    consumed = math.ceil(used)
    wait = math.ceil(used * window / limit)
  else
    wait = (used + cost - limit) * window / limit
  end
end
if allowed then
  redis.call('HSET', KEYS[1], 'm', string.format('%.0f', mark), 'u', tostring(used), 'b', tostring(before))
  redis.call('PEXPIRE', KEYS[1], 2 * window)
  return {consumed, math.ceil(wait)}
end
return {limit + 1, math.max(1, math.ceil(wait))}
`;
