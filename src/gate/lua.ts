/**
 * What the gate does inside Redis, in one step for many operations. A subject has one hash: `$` holds its plan (`plan from to version
 * customer`), and each rule one field with the state of its period (`start used sequence`, and once any of these is not 0 ` burnt denied
 * blockTold warnTold`: `burnt` of the units used came from grants, and the others are 1 when that has happened) and one, `:x`, with what was
 * given beside the plan (`o::limit:expires` for an override, `g:id:left:expires` for a grant, soonest first).
 *
 * ARGV: now; the number of rules, and for each its name, kind of period (`r` rolls, `b` is billed, `c` is on the calendar) and what says it (a
 * length, or start and end), limits, share at which to warn (%) and whether it is soft; the number of forms that calls take, and for
 * each its mode, cost, how long its hold is kept (ms), the plan (`-`: as the subject has it) and its rules; then one text per operation. KEYS: for each operation the subject's hash and the hold of the request, and at the end, where something is given
 * back, the revision.
 *
 * Operations: `3:nonce` is a call of the third form, whose mode is `t` (takes), `f` (takes whether there is room or not), `p` (only looks) or `r`
 * (looks, and counts a refusal as one); `u nonce` gives back; `k start rule` and `w start rule` note that a block or a warning has been told.
 *
 * A hold says what a request was charged, so that a request which is repeated is charged once and what is given back is what was taken; one
 * that begins with `!` says that nothing may be charged any more, not even by an attempt that was on its way all the while.
 *
 * Nearly every call is one of a subject in the middle of its period with room to spare, under one rule: `quick` decides these, makes no table
 * and keeps numbers as the text they came in, and everything else is done by what `thorough` makes when it is first needed. (Redis
 * runs the whole script each time; a function costs when it is made.) What is computed is written with `%.0f`: Lua 5.1 writes
 * long numbers as `1.7e+12` and Lua 5.3 as `1.0`.
 */
export const OPERATE = `
local ARGV, KEYS, call, match, format = ARGV, KEYS, redis.call, string.match, string.format
local now, many = tonumber(ARGV[1]), tonumber(ARGV[2])
local forms = 4 + 7 * many
local first = forms + 5 * tonumber(ARGV[forms - 1])

local brief = {}

local function briefly(at)
  local number = tonumber(ARGV[at + 4])
  local f = { mode = ARGV[at], cost = ARGV[at + 1], ttl = ARGV[at + 2], plan = ARGV[at + 3], limits = {} }
  if f.mode == 't' and number then
    local r = 7 * number - 4
    f.name, f.extra, f.kind, f.from, f.to, f.warn = ARGV[r], ARGV[r] .. ':x', ARGV[r + 1], ARGV[r + 2], ARGV[r + 3], tonumber(ARGV[r + 5])
    for plan, limit in string.gmatch(ARGV[r + 4], '([^,=]+)=([^,]+)') do f.limits[plan] = limit end
  end
  brief[at] = f
  return f
end

local function quick(at, H, R, nonce)
  local f = brief[at] or briefly(at)
  local name = f.name
  if not name then return nil end
  local found = call('HMGET', H, '$', name, f.extra)
  local start, used, sequence = match(found[2] or '', '^(%d+) (%d+) (%d+)$')
  if not start or found[3] then return nil end
  local plan, kind, from, to = 'free', f.kind, '0', '0'
  if found[1] then plan, from, to = match(found[1], '^(%S+) (%d+) (%d+) ') end
  if f.plan ~= '-' then plan = f.plan end
  if kind == 'c' then
    if f.from ~= start then return nil end
    to = f.to
  elseif kind == 'b' and to ~= '0' then
    if from ~= start or now < tonumber(from) or now >= tonumber(to) then return nil end
  else
    local stop = start + f.from
    if now < tonumber(start) or now >= stop then return nil end
    to = format('%.0f', stop)
  end
  local limit, u = f.limits[plan], used + f.cost
  if not limit then return nil end
  local most = tonumber(limit)
  if most >= 0 and (u > most or (f.warn > 0 and u * 100 >= f.warn * most)) then return nil end
  if not call('SET', R, nonce .. ';' .. name .. ' ' .. start .. ' ' .. f.cost .. ' ', 'NX', 'PX', f.ttl) then return nil end
  local counts = format(' %.0f %.0f', u, sequence + 1)
  call('HSET', H, name, start .. counts)
  return '1 ' .. plan .. ' 0' .. counts .. ' ' .. limit .. ' ' .. start .. ' ' .. to .. ' 0'
end

local function thorough()
local floor, max, min = math.floor, math.max, math.min
local rules, known, none = {}, {}, {}
for i = 1, many do
  local at, limits = 7 * i - 4, {}
  for plan, limit in string.gmatch(ARGV[at + 4], '([^,=]+)=([^,]+)') do limits[plan] = tonumber(limit) end
  rules[i] = { name = ARGV[at], kind = ARGV[at + 1], a = tonumber(ARGV[at + 2]), b = tonumber(ARGV[at + 3]), limits = limits, warn = tonumber(ARGV[at + 5]), soft = ARGV[at + 6] == '1' }
end

local function formAt(at)
  if known[at] then return known[at] end
  local plan = ARGV[at + 3]
  local form = { mode = ARGV[at], cost = tonumber(ARGV[at + 1]), text = ARGV[at + 1], ttl = ARGV[at + 2], plan = plan ~= '-' and plan or nil, names = { '$' }, rules = {} }
  for number in string.gmatch(ARGV[at + 4], '%d+') do
    local rule = rules[tonumber(number)]
    form.rules[#form.rules + 1] = rule
    form.names[#form.names + 1] = rule.name
    form.names[#form.names + 1] = rule.name .. ':x'
  end
  known[at] = form
  return form
end

local function read(text)
  local start, used, sequence, rest = match(text or '', '^(%d+) (%d+) (%d+)(.*)$')
  if not start then return { u = 0, s = 0, b = 0, d = 0, k = 0, w = 0 } end
  local v = { start = start, p = tonumber(start), u = tonumber(used), s = tonumber(sequence), b = 0, d = 0, k = 0, w = 0 }
  if rest ~= '' then
    local b, d, k, w = match(rest, '^ (%d+) (%d) (%d) (%d)$')
    v.b, v.d, v.k, v.w = tonumber(b), tonumber(d), tonumber(k), tonumber(w)
  end
  return v
end

local function write(v)
  if v.b + v.d + v.k + v.w == 0 then return v.start .. format(' %.0f %.0f', v.u, v.s) end
  return v.start .. format(' %.0f %.0f %.0f %d %d %d', v.u, v.s, v.b, v.d, v.k, v.w)
end

local function readExtra(text)
  if not text then return none end
  local list = {}
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
  local v = read(packed)
  local start, stop = periodOf(rule, v.p, from, to)
  v.rule, v.to, v.signal, v.left, v.till, v.list = rule, stop, 0, 0, 0, none
  if v.p ~= start then
    v.isNew, v.p, v.start, v.u, v.b, v.d, v.k, v.w = true, start, format('%.0f', start), 0, 0, 0, 0, 0
  end
  local limit = rule.limits[plan]
  if not limit and plan ~= 'free' then limit = rule.limits['*'] end
  limit = limit or -2
  if extra then
    v.list = readExtra(extra)
    for _, x in ipairs(v.list) do
      if x.kind == 'o' then limit, v.till = x.amount, x.expires else v.left = v.left + x.amount end
    end
  end
  v.limit, v.total = limit, limit
  local given = v.left + v.b
  if given > 0 and limit ~= -1 then
    v.total = max(limit, 0) + given
    if v.left > 0 then v.total = max(v.total, v.u + v.left) end
  end
  return v
end

local function shortOf(v, cost)
  if v.limit == -1 then return 0 end
  return min(cost, max(0, v.u - v.b + cost - max(v.limit, 0)))
end

local function burn(v, rest, fields)
  local burnt = {}
  for _, x in ipairs(v.list) do
    local n = x.kind == 'g' and min(rest, x.amount) or 0
    if n > 0 then
      x.amount, rest, v.b = x.amount - n, rest - n, v.b + n
      burnt[#burnt + 1] = format('%s=%.0f', x.id, n)
    end
  end
  fields[#fields + 1] = v.rule.name .. ':x'
  fields[#fields + 1] = writeExtra(v.list)
  return table.concat(burnt, ',')
end

local function reply(code, plan, views)
  local till, text = 0, ''
  for i = 1, #views do
    local v = views[i]
    if v.till > 0 and (till == 0 or v.till < till) then till = v.till end
    text = text .. format(' %.0f %.0f %.0f %s %.0f %d', v.u, v.s, v.total, v.start, v.to, v.signal)
  end
  return code .. ' ' .. plan .. (till == 0 and ' 0' or format(' %.0f', till)) .. text
end

local function codeOf(R, nonce)
  local owner = match(call('GET', R) or '', '^([^;]*);')
  if not owner then return nil end
  if owner == nonce then return '2' end
  if owner == '!' .. nonce then return '4' end
  return string.sub(owner, 1, 1) ~= '!' and '3' or nil
end

local function refuse(form, H, R, nonce, plan, views)
  local code = form.mode == 't' and codeOf(R, nonce)
  if code then return reply(code, plan, views) end
  local fields, isNew = {}, false
  for _, v in ipairs(views) do
    if v.signal == 4 then
      if v.k == 0 then v.signal = 6 end
      if v.d == 0 then
        v.d, isNew = 1, isNew or v.isNew
        fields[#fields + 1] = v.rule.name
        fields[#fields + 1] = write(v)
      end
    end
  end
  if #fields > 0 then call('HSET', H, unpack(fields)) end
  return reply('0', plan, views), isNew
end

local function charge(form, H, R, nonce, plan, views)
  local fields, hold, cost, isNew = {}, nonce, form.cost, false
  for i = 1, #views do
    local v = views[i]
    local burnt = v.short > 0 and v.left > 0 and burn(v, v.short, fields) or ''
    hold = hold .. ';' .. v.rule.name .. ' ' .. v.start .. ' ' .. form.text .. ' ' .. burnt
  end
  if not call('SET', R, hold, 'NX', 'PX', form.ttl) then
    local code = codeOf(R, nonce)
    if code then return reply(code, plan, views) end
    call('SET', R, hold, 'PX', form.ttl)
  end
  for i = 1, #views do
    local v = views[i]
    v.u, v.s, v.signal, isNew = max(0, v.u + cost), v.s + 1, 0, isNew or v.isNew
    if v.rule.soft and v.short > v.left and v.k == 0 then
      v.signal = 2
    elseif v.rule.warn > 0 and v.total > 0 and v.w == 0 and v.u * 100 >= v.rule.warn * v.total then
      v.signal = 1
    end
    fields[#fields + 1] = v.rule.name
    fields[#fields + 1] = write(v)
  end
  call('HSET', H, unpack(fields))
  return reply('1', plan, views), isNew
end

local function decide(at, H, R, nonce)
  local form = formAt(at)
  local found = call('HMGET', H, unpack(form.names))
  local plan, from, to = form.plan, nil, nil
  if found[1] then
    local has
    has, from, to = match(found[1], '^(%S+) (%d+) (%d+) ')
    from, to, plan = tonumber(from), tonumber(to), plan or has
  end
  plan = plan or 'free'
  local views, fits, lasts = {}, true, found[1]
  for i = 1, #form.rules do
    local v = look(form.rules[i], found[2 * i], found[2 * i + 1], plan, from, to)
    views[i] = v
    v.short, lasts = shortOf(v, form.cost), lasts or found[2 * i + 1]
    if v.short > v.left and not v.rule.soft then fits, v.signal = false, 4 end
  end
  local mode = form.mode
  if mode == 'p' or (mode == 'r' and fits) then return reply(fits and '1' or '0', plan, views) end
  local answer, isNew
  if fits or mode == 'f' then
    answer, isNew = charge(form, H, R, nonce, plan, views)
  else
    answer, isNew = refuse(form, H, R, nonce, plan, views)
  end
  if isNew and not lasts then call('EXPIRE', H, 69120000) end
  return answer
end

local function undo(H, R, nonce)
  local hold = call('GET', R)
  local owner = match(hold or '', '^([^;]*);')
  if not owner then
    call('SET', R, '!' .. nonce .. ';', 'PX', 60000)
    return '0 0'
  end
  if owner ~= nonce then return '0 0' end
  call('SET', R, '!' .. nonce .. ';', 'PX', 60000)
  local texts, fields, wasShut = {}, {}, false
  for name, start, cost, burnt in string.gmatch(hold, ';(%S+) (%d+) (%d+) ([^;]*)') do
    local found = call('HMGET', H, name, name .. ':x')
    local v, list, back = read(found[1]), readExtra(found[2]), 0
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
    if v.start == start then
      wasShut = wasShut or v.d == 1
      v.u, v.b, v.s, v.d = max(0, v.u - tonumber(cost)), max(0, v.b - back), v.s + 1, 0
      fields[#fields + 1] = name
      fields[#fields + 1] = write(v)
    end
    texts[#texts + 1] = format(' %.0f %s %.0f', v.u, start, v.s)
  end
  if #fields > 0 then call('HSET', H, unpack(fields)) end
  local revision = wasShut and call('INCR', KEYS[#KEYS]) or 0
  return format('1 %.0f', revision) .. table.concat(texts)
end

local function told(H, mode, text)
  local start, number = match(text, '^(%d+) (%d+)$')
  local name = rules[tonumber(number)].name
  local v = read(call('HGET', H, name))
  if v.start ~= start then return '0' end
  v[mode] = 1
  call('HSET', H, name, write(v))
  return '1'
end

return { decide = decide, undo = undo, told = told }
end

local replies, slow = {}, nil
for i = 1, #ARGV - first + 1 do
  local text, H, R = ARGV[first + i - 1], KEYS[2 * i - 1], KEYS[2 * i]
  local number, nonce = match(text, '^(%d+):(.+)$')
  local at = number and forms + 5 * number - 5
  local answer = at and quick(at, H, R, nonce)
  if not answer then
    slow = slow or thorough()
    if at then
      answer = slow.decide(at, H, R, nonce)
    else
      local mode, rest = match(text, '^(%a) (.*)$')
      answer = mode == 'u' and slow.undo(H, R, rest) or slow.told(H, mode, rest)
    end
  end
  replies[i] = answer
end
return replies`;

/**
 * Sets what a subject has: its plan, a limit of its own, or a grant. KEYS: the subject's hash, the revision. ARGV: `plan`, version, customer,
 * whether it pays, plan, from, to; or `extra`, now, rule, kind, id, amount (nothing to take it away), expires. Answers with the
 * revision, which moves when something changed. A grant that is known changes nothing: what is left of it stays. Or `restore`, rule, start,
 * used, version: what was lost of a counter, to which is added what was counted since.
 */
export const SET = `
local H = KEYS[1]
local function same() return tonumber(redis.call('GET', KEYS[2]) or '0') end
if ARGV[1] == 'plan' then
  local version, customer = string.match(redis.call('HGET', H, '$') or '', '^%S+ %d+ %d+ (%d+) (%S+)$')
  if customer == ARGV[3] and tonumber(ARGV[2]) <= tonumber(version) then return same() end
  if customer and customer ~= ARGV[3] and ARGV[4] == '0' then return same() end
  redis.call('HSET', H, '$', table.concat({ ARGV[5], ARGV[6], ARGV[7], ARGV[2], ARGV[3] }, ' '))
elseif ARGV[1] == 'restore' then
  local start, used, version, rest = string.match(redis.call('HGET', H, ARGV[2]) or '', '^(%d+) (%d+) (%d+)(.*)$')
  if version and tonumber(version) > tonumber(ARGV[5]) then return same() end
  local total = tonumber(ARGV[4])
  if start == ARGV[3] then total = math.max(total, tonumber(used)) elseif used then total = total + tonumber(used) end
  redis.call('HSET', H, ARGV[2], string.format('%s %.0f %.0f', ARGV[3], total, tonumber(ARGV[5]) + 1) .. (start == ARGV[3] and rest or ''))
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
