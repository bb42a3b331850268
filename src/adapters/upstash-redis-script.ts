import { WATCHED_TABLES } from '../hashes/index.ts';

/** How long a change that nobody reads stays in its stream: as long as a watcher may be away before it begins anew. */
const KEPT_SECONDS = 7 * 86_400;

/**
 * Runs commands and writes down what they did to rows of watched tables: an entry in the table's stream, and the row's place in the
 * indexes that are kept. All of it happens, or nothing: a script is one step to Redis, also within MULTI.
 *
 * ARGV holds the commands one after the other, each as the number of its words and the words. The answer has a pair for each: 1 and its
 * reply, or 0 and its error.
 */
export const TELLING_SCRIPT = `
local watched = {}
local known = redis.call('HVALS', '${WATCHED_TABLES}')
for i = 1, #known do watched[i] = cjson.decode(known[i]) end

local function has(list, item)
  for i = 1, #list do
    if list[i] == item then return true end
  end
  return false
end

local function rowUnder(key)
  for i = 1, #watched do
    local to, from = watched[i], #watched[i].before
    local length = #key - from - #to.after
    if length > 0 and string.sub(key, 1, from) == to.before and string.sub(key, from + length + 1) == to.after then
      local id = string.sub(key, from + 1, from + length)
      if not string.find(id, ':', 1, true) then return { table = to, id = id, key = key } end
    end
  end
end

local function fieldsOf(key)
  local list = redis.pcall('HGETALL', key)
  local fields, count = {}, 0
  if list.err then return fields, count end
  for i = 1, #list, 2 do
    fields[list[i]] = list[i + 1]
    count = count + 1
  end
  return fields, count
end

local function tell(row)
  local fields, count = fieldsOf(row.key)
  local isSame = count == row.count
  for name, value in pairs(fields) do
    if row.fields[name] ~= value then isSame = false end
  end
  if isSame then return end
  local operation = row.count == 0 and 'insert' or count == 0 and 'delete' or 'update'
  for i = 1, #row.table.indexes do
    local column = row.table.indexes[i]
    local before, after = row.fields[column], fields[column]
    local index = 'skene:index:' .. row.table.table .. ':' .. column .. ':'
    if before and before ~= after then redis.call('SREM', index .. before, row.id) end
    if after and before ~= after then redis.call('SADD', index .. after, row.id) end
  end
  if not has(row.table.operations, operation) then return end
  local oldest = string.format('%.0f', (redis.call('TIME')[1] - ${KEPT_SECONDS}) * 1000)
  redis.call('XADD', 'skene:changes:' .. row.table.table, 'MINID', '~', oldest, '*',
    'operation', operation, 'id', row.id, 'row', cjson.encode(count == 0 and row.fields or fields))
end

-- Lua takes no more than some thousand arguments of a call at a time.
local function call(command, first)
  if #command <= 4000 then return redis.pcall(unpack(command)) end
  local sum = 0
  for from = first + 1, #command, 2000 do
    local part = { unpack(command, 1, first) }
    for i = from, math.min(from + 1999, #command) do part[#part + 1] = command[i] end
    local reply = redis.pcall(unpack(part))
    if type(reply) ~= 'number' then
      if reply.err then return reply end
      sum = reply
    else
      sum = sum + reply
    end
  end
  return sum
end

local function run(command)
  local name = string.upper(command[1])
  local isOfKeys = name == 'DEL' or name == 'UNLINK'
  local last = isOfKeys and #command or 2
  local rows, met = {}, {}
  for i = 2, last do
    local row = rowUnder(command[i])
    if row and not met[row.key] then
      met[row.key] = true
      row.fields, row.count = fieldsOf(row.key)
      rows[#rows + 1] = row
    end
  end
  local reply = call(command, isOfKeys and 1 or 2)
  if type(reply) == 'table' and reply.err then return { 0, reply.err } end
  for i = 1, #rows do tell(rows[i]) end
  if type(reply) == 'table' and reply.ok then return { 1, reply.ok } end
  return { 1, reply }
end

local replies, at = {}, 1
while at <= #ARGV do
  local length, command = tonumber(ARGV[at]), {}
  for i = 1, length do command[i] = ARGV[at + i] end
  replies[#replies + 1] = run(command)
  at = at + length + 1
end
return replies`;
