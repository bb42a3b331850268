/**
 * What the gate does inside Redis, in one step for many operations. A subject has one hash: `$` holds its plan (`plan from to version
 * customer`), and each rule one field with the state of its period (`start used burnt denied blockTold warnTold sequence`: `burnt` of
 * the units used came from grants, and the three after it are the starts of the periods in which that happened) and one, `:x`, with what was
 * given beside the plan (`o::limit:expires` for an override, `g:id:left:expires` for a grant, soonest first).
 *
 * ARGV: now, the number of rules, for each rule its name, period, limits, share at which to warn (%) and whether it is soft, then one text per
 * operation. KEYS: for each operation the subject's hash and the hold of the request, and at the end, where something is given back, the
 * revision. A hold says what a request was charged, so that a request which is repeated is charged once and what is given back is what was
 * taken; one that begins with `!` says that nothing may be charged any more.
 *
 * Operations: `t` takes, `f` takes whether there is room or not, `p` only looks, `r` looks and counts a refusal as one, `u` gives back, `k` and `w` note
 * that a block or a warning has been told.
 *
 * Numbers are written with `%.0f`: Lua 5.1 writes long ones as `1.7e+12` and Lua 5.3 as `1.0`.
 */
export const OPERATE = `
local call, match, format, floor, max, min = redis.call, string.match, string.format, math.floor, math.max, math.min
local now, many = tonumber(ARGV[1]), tonumber(ARGV[2])
local rules, replies = {}, {}
for i = 1, many do
  local at = 5 * i - 2
  local kind, a, b = match(ARGV[at + 1], '^(%a)(%d+),(%d+)$')
  local limits = {}
  for plan, limit in string.gmatch(ARGV[at + 2], '([^,=]+)=([^,]+)') do limits[plan] = tonumber(limit) end
  rules[i] = { name = ARGV[at], kind = kind, a = tonumber(a), b = tonumber(b), limits = limits, warn = tonumber(ARGV[at + 3]), soft = ARGV[at + 4] == '1' }
end

local function read(text)
  local p, u, b, d, k, w, s = match(text or '', '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
  if not p then return { u = 0, b = 0, d = 0, k = 0, w = 0, s = 0 } end
  return { p = tonumber(p), u = tonumber(u), b = tonumber(b), d = tonumber(d), k = tonumber(k), w = tonumber(w), s = tonumber(s) }
end

local function write(t)
  return format('%.0f %.0f %.0f %.0f %.0f %.0f %.0f', t.p, t.u, t.b, t.d, t.k, t.w, t.s)
end

local function readExtra(text)
  local list = {}
  if not text then return list end
  for kind, id, amount, expires in string.gmatch(text, '(%a):([^:;]*):(-?%d+):(%d+)') do
    expires = tonumber(expires)
    if expires == 0 or now < expires then
      list[#list + 1] = { kind = kind, id = id, amount = tonumber(amount), expires = expires }
    end
  end
  return list
end

local function writeExtra(list)
  local texts = {}
  for i, x in ipairs(list) do texts[i] = format('%s:%s:%.0f:%.0f', x.kind, x.id, x.amount, x.expires) end
  return table.concat(texts, ';')
end

local function periodOf(rule, p, from, to)
  if rule.kind == 'c' then
    from, to = rule.a, rule.b
  else
    local anchor, length = p or now, rule.a
    if rule.kind == 'b' and from and to > from then anchor, length = from, to - from end
    from = anchor + max(0, floor((now - anchor) / length)) * length
    to = from + length
  end
  if p and from < p then
    if to <= p then to = p + to - from end
    from = p
  end
  return from, to
end

local function look(rule, packed, extra, plan, from, to)
  local t = read(packed)
  local start, stop = periodOf(rule, t.p, from, to)
  local isNew = t.p ~= start
  if isNew then t.p, t.u, t.b = start, 0, 0 end
  local limit = rule.limits[plan]
  if not limit and plan ~= 'free' then limit = rule.limits['*'] end
  if not limit then limit = -2 end
  local list, left, till = readExtra(extra), 0, 0
  for _, x in ipairs(list) do
    if x.kind == 'o' then limit, till = x.amount, x.expires else left = left + x.amount end
  end
  local total = limit
  if limit >= 0 or (limit == -2 and left + t.b > 0) then
    total = max(limit, 0) + left + t.b
    if left > 0 then total = max(total, t.u + left) end
  end
  return { rule = rule, t = t, to = stop, isNew = isNew, limit = limit, total = total, list = list, left = left, till = till, signal = 0 }
end

local function shortOf(v, cost)
  if v.limit == -1 then return 0 end
  return min(cost, max(0, v.t.u - v.t.b + cost - max(v.limit, 0)))
end

local function charge(v, cost, fields)
  local rest, burnt = shortOf(v, cost), {}
  if rest > 0 and v.left > 0 then
    for _, x in ipairs(v.list) do
      local n = x.kind == 'g' and min(rest, x.amount) or 0
      if n > 0 then
        x.amount, rest, v.t.b = x.amount - n, rest - n, v.t.b + n
        burnt[#burnt + 1] = format('%s=%.0f', x.id, n)
      end
    end
    fields[#fields + 1] = v.rule.name .. ':x'
    fields[#fields + 1] = writeExtra(v.list)
  end
  v.t.u, v.t.s = max(0, v.t.u + cost), v.t.s + 1
  return format(';%s %.0f %.0f ', v.rule.name, v.t.p, cost) .. table.concat(burnt, ',')
end

local function reply(code, plan, views)
  local r, till = {}, 0
  for i, v in ipairs(views) do
    if v.till > 0 and (till == 0 or v.till < till) then till = v.till end
    r[i] = format(' %.0f %.0f %.0f %.0f %d %.0f', v.t.u, v.total, v.t.p, v.to, v.signal, v.t.s)
  end
  return format('%d %s %.0f', code, plan, till) .. table.concat(r)
end

local function take(H, R, mode, text)
  local cost, ttl, nonce, told, which = match(text, '^(-?%d+) (%d+) (%S+) (%S+) (%S+)$')
  cost = tonumber(cost)
  local names, using = { '$' }, {}
  for i in string.gmatch(which, '%d+') do
    local rule = rules[tonumber(i)]
    using[#using + 1] = rule
    names[#names + 1] = rule.name
    names[#names + 1] = rule.name .. ':x'
  end
  local found = call('HMGET', H, unpack(names))
  local plan, from, to = match(found[1] or '', '^(%S+) (%d+) (%d+) ')
  if told ~= '-' then plan = told end
  plan = plan or 'free'
  local views, fits, isNew, lasts = {}, true, false, found[1]
  for i, rule in ipairs(using) do
    local v = look(rule, found[2 * i], found[2 * i + 1], plan, tonumber(from), tonumber(to))
    views[i] = v
    v.fits = shortOf(v, cost) <= v.left
    isNew, lasts = isNew or v.isNew, lasts or found[2 * i + 1]
    if not v.fits and not rule.soft then fits, v.signal = false, 4 end
  end
  if mode == 'p' or (mode == 'r' and fits) then return reply(fits and 1 or 0, plan, views) end
  local function known()
    local owner = match(call('GET', R) or '', '^([^;]*);')
    if not owner then return nil end
    if owner == nonce then return 2 end
    if owner == '!' .. nonce then return 4 end
    return string.sub(owner, 1, 1) ~= '!' and 3 or nil
  end
  local function save(fields)
    call('HSET', H, unpack(fields))
    if isNew and not lasts then call('EXPIRE', H, 69120000) end
  end
  local fields = {}
  if not fits and mode ~= 'f' then
    local code = mode == 't' and known()
    if code then return reply(code, plan, views) end
    for _, v in ipairs(views) do
      if v.signal == 4 then
        if v.t.k ~= v.t.p then v.signal = 6 end
        if v.t.d ~= v.t.p then
          v.t.d = v.t.p
          fields[#fields + 1] = v.rule.name
          fields[#fields + 1] = write(v.t)
        end
      end
    end
    if #fields > 0 then save(fields) end
    return reply(0, plan, views)
  end
  local before, hold = {}, nonce
  for i, v in ipairs(views) do
    before[i] = { v.t.u, v.t.b, v.t.s }
    hold = hold .. charge(v, cost, fields)
    fields[#fields + 1] = v.rule.name
    fields[#fields + 1] = write(v.t)
  end
  if not call('SET', R, hold, 'NX', 'PX', ttl) then
    local code = known()
    if code then
      for i, v in ipairs(views) do v.t.u, v.t.b, v.t.s = before[i][1], before[i][2], before[i][3] end
      return reply(code, plan, views)
    end
    call('SET', R, hold, 'PX', ttl)
  end
  for _, v in ipairs(views) do
    v.signal = 0
    if v.rule.soft and not v.fits and v.t.k ~= v.t.p then
      v.signal = 2
    elseif v.rule.warn > 0 and v.total > 0 and v.t.w ~= v.t.p and v.t.u * 100 >= v.rule.warn * v.total then
      v.signal = 1
    end
  end
  save(fields)
  return reply(1, plan, views)
end

local function undo(H, R, nonce)
  local hold = call('GET', R)
  local owner = match(hold or '', '^([^;]*);')
  if not owner then
    call('SET', R, '!' .. nonce .. ';', 'PX', 60000)
    return '0 0'
  end
  if owner ~= nonce then return '0 0' end
  call('DEL', R)
  local r, fields, wasShut = {}, {}, false
  for name, start, cost, burnt in string.gmatch(hold, ';(%S+) (%d+) (%d+) ([^;]*)') do
    local found = call('HMGET', H, name, name .. ':x')
    local t, list, back = read(found[1]), readExtra(found[2]), 0
    for id, n in string.gmatch(burnt, '([^,=]+)=(%d+)') do
      back = back + tonumber(n)
      for _, x in ipairs(list) do
        if x.kind == 'g' and x.id == id then x.amount = x.amount + tonumber(n) end
      end
    end
    if back > 0 then
      fields[#fields + 1] = name .. ':x'
      fields[#fields + 1] = writeExtra(list)
    end
    if t.p == tonumber(start) then
      wasShut = wasShut or t.d == t.p
      t.u, t.b, t.s, t.d = max(0, t.u - tonumber(cost)), max(0, t.b - back), t.s + 1, 0
      fields[#fields + 1] = name
      fields[#fields + 1] = write(t)
    end
    r[#r + 1] = format(' %.0f %s %.0f', t.u, start, t.s)
  end
  if #fields > 0 then call('HSET', H, unpack(fields)) end
  local revision = wasShut and call('INCR', KEYS[#KEYS]) or 0
  return format('1 %.0f', revision) .. table.concat(r)
end

local function told(H, mode, text)
  local start, index = match(text, '^(%d+) (%d+)$')
  local name = rules[tonumber(index)].name
  local t = read(call('HGET', H, name))
  if t.p ~= tonumber(start) then return '0' end
  t[mode] = t.p
  call('HSET', H, name, write(t))
  return '1'
end

for i = 1, #ARGV - 2 - 5 * many do
  local mode, text = match(ARGV[2 + 5 * many + i], '^(%a) (.*)$')
  local H, R = KEYS[2 * i - 1], KEYS[2 * i]
  if mode == 'u' then
    replies[i] = undo(H, R, text)
  elseif mode == 'k' or mode == 'w' then
    replies[i] = told(H, mode, text)
  else
    replies[i] = take(H, R, mode, text)
  end
end
return replies`;

/**
 * Sets what a subject has: its plan, a limit of its own, or a grant. KEYS: the subject's hash, the revision. ARGV: `plan`, version, customer,
 * whether it pays, plan, from, to; or `extra`, now, rule, kind, id, amount (nothing to take it away), expires. Answers with the
 * revision, which moves when something changed. A grant that is known changes nothing: what is left of it stays.
 */
export const SET = `
local H = KEYS[1]
local function same() return tonumber(redis.call('GET', KEYS[2]) or '0') end
if ARGV[1] == 'plan' then
  local version, customer = string.match(redis.call('HGET', H, '$') or '', '^%S+ %d+ %d+ (%d+) (%S+)$')
  if customer == ARGV[3] and tonumber(ARGV[2]) <= tonumber(version) then return same() end
  if customer and customer ~= ARGV[3] and ARGV[4] == '0' then return same() end
  redis.call('HSET', H, '$', table.concat({ ARGV[5], ARGV[6], ARGV[7], ARGV[2], ARGV[3] }, ' '))
else
  local now, field, list = tonumber(ARGV[2]), ARGV[3] .. ':x', {}
  for kind, id, amount, expires in string.gmatch(redis.call('HGET', H, field) or '', '(%a):([^:;]*):(-?%d+):(%d+)') do
    local isIt = kind == ARGV[4] and id == ARGV[5]
    if isIt and kind == 'g' and ARGV[6] ~= '' then return same() end
    if not isIt and (expires == '0' or now < tonumber(expires)) then list[#list + 1] = { kind, id, amount, expires } end
  end
  if ARGV[6] ~= '' then list[#list + 1] = { ARGV[4], ARGV[5], ARGV[6], ARGV[7] } end
  local function last(x) return x[4] == '0' and math.huge or tonumber(x[4]) end
  table.sort(list, function(a, b) if last(a) == last(b) then return a[2] < b[2] end return last(a) < last(b) end)
  for i, x in ipairs(list) do list[i] = table.concat(x, ':') end
  redis.call('HSET', H, field, table.concat(list, ';'))
end
redis.call('PERSIST', H)
return redis.call('INCR', KEYS[2])`;
