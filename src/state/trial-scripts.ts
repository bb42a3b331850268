import { TOOK_SECONDS, WINDOW_PARTS } from './trial-counts.ts';

/** How long it is remembered what became of a subject: as long as anything is. */
export const SUBJECT_SECONDS = 400 * 86_400;
const COUNTER_SECONDS = 800 * 86_400;

/**
 * A subject's record of a loop: `h` goal, `e` episode, `g` group (none, sent, held), `n` entered, `f` first and `a` last exposure, `s` step,
 * `v` arm, `w` when the goal was reached.
 */
const SHARED = `
local function read(subject, item)
  local held = redis.call('HGET', subject, item.field)
  local record = held and cjson.decode(held)
  if record and record.h == item.goal then return record end
end
local function write(subject, item, record)
  redis.call('HSET', subject, item.field, cjson.encode(record))
  redis.call('EXPIRE', subject, ${SUBJECT_SECONDS})
end
-- Many of a page are counted alike: they are added up first.
local tallies = {}
local function count(key, field)
  tallies[key] = tallies[key] or {}
  tallies[key][field] = (tallies[key][field] or 0) + 1
end
local function writeCounts()
  for key, fields in pairs(tallies) do
    for field, by in pairs(fields) do redis.call('HINCRBY', key, field, string.format('%d', by)) end
    redis.call('EXPIRE', key, ${COUNTER_SECONDS})
  end
end
local function look(key, item)
  if item.look then redis.call('ZADD', key, item.look, item.subject) end
end
`;

/** KEYS: subject, counters and looks of each. ARGV: a JSON item each. */
export const ENTER = `${SHARED}
for index = 1, #ARGV do
  local subject, counters, looks = KEYS[3 * index - 2], KEYS[3 * index - 1], KEYS[3 * index]
  local item = cjson.decode(ARGV[index])
  local record = read(subject, item)
  if not record or (record.e ~= item.episode and not item.isRepeat) then
    write(subject, item, {h = item.goal, e = item.episode, g = 'none', n = item.at, f = item.at, a = item.at, s = '', v = ''})
    count(counters, '|entered')
    look(looks, item)
  end
end
writeCounts()
return #ARGV`;

/** KEYS: trials, counters, looks, then the subject of each. ARGV: a JSON item each. Told again, it changes nothing. */
export const EXPOSE = `${SHARED}
for index = 1, #ARGV do
  local subject, item = KEYS[3 + index], cjson.decode(ARGV[index])
  local record = read(subject, item)
  if record and not item.continues and record.e ~= item.episode then record = nil end
  if not (record and record.g == item.group and record.s == item.step) then
    if not record then
      record = {h = item.goal, e = item.episode, g = 'none', n = item.at}
      count(KEYS[2], '|entered')
    end
    local isFirst = record.g == 'none'
    record.g, record.a, record.s, record.v = item.group, item.at, item.step, item.arm
    if isFirst then record.f = item.at end
    if isFirst and not record.w then count(KEYS[1], item.group == 'held' and 'held' or 'treated') end
    if item.group == 'sent' then
      local arm = item.step .. '|' .. item.arm
      count(KEYS[1], 'mails|' .. arm)
      if not record.w then count(KEYS[1], 'sent|' .. arm .. '|' .. item.part) end
    end
    write(subject, item, record)
    if not record.w then look(KEYS[3], item) end
  end
end
writeCounts()
return #ARGV`;

/** KEYS: subject, trials, counters and looks of each. ARGV: a JSON item each. Answers with 1 for whom it is the first time. */
export const REACH = `${SHARED}
local bounds = {${TOOK_SECONDS.join(', ')}}
local function bucket(ms)
  for index, seconds in ipairs(bounds) do
    if ms <= seconds * 1000 then return index - 1 end
  end
  return #bounds
end
local news = {}
for index = 1, #ARGV do
  local subject, trials, counters, looks = KEYS[4 * index - 3], KEYS[4 * index - 2], KEYS[4 * index - 1], KEYS[4 * index]
  local item = cjson.decode(ARGV[index])
  local record, isNews = read(subject, item), 0
  if record and not record.w and item.at >= record.n and item.cause ~= record.e then
    local function isWithin(since) return item.at - since <= item.within * 1000 end
    local first, last = isWithin(record.f), isWithin(record.a)
    if record.g == 'none' or item.at < record.f then
      if first then count(trials, 'won|none') isNews = 1 end
    elseif record.g == 'held' then
      if first then count(trials, 'won|held') isNews = 1 end
    elseif first or last then
      isNews = 1
      if first then count(trials, 'won|treated') end
      if last then
        count(trials, 'credit|' .. record.s .. '|' .. record.v)
        local part = math.floor(math.max(0, item.at - record.a) * ${WINDOW_PARTS} / (item.within * 1000))
        count(trials, 'delay|' .. record.s .. '|' .. string.format('%d', math.min(part, ${WINDOW_PARTS - 1})))
      end
    end
    if isNews == 1 then
      record.w = item.at
      write(subject, item, record)
      count(counters, '|converted')
      count(trials, 'took|' .. bucket(item.at - record.n))
      redis.call('ZREM', looks, item.subject)
    end
  end
  news[index] = isNews
end
writeCounts()
return news`;

/** KEYS: trials. ARGV: the first part of time whose windows may be open. Emails before it are added up, so that the hash stays small. */
export const COUNTS = `
local all = redis.call('HGETALL', KEYS[1])
local folded = false
for index = 1, #all, 2 do
  local arm, part = string.match(all[index], '^sent|(.*)|(%d+)$')
  if arm and tonumber(part) < tonumber(ARGV[1]) then
    redis.call('HINCRBY', KEYS[1], 'closed|' .. arm, all[index + 1])
    redis.call('HDEL', KEYS[1], all[index])
    folded = true
  end
end
return folded and redis.call('HGETALL', KEYS[1]) or all`;

/** KEYS: the subject of each. ARGV: the field of each. Answers with their records as they are kept. */
export const WINDOWS = `
local records = {}
for index, subject in ipairs(KEYS) do records[index] = redis.call('HGET', subject, ARGV[index]) or '' end
return records`;

/** KEYS: subject. ARGV: field, arm, how long to keep it. */
export const CHOOSE = `
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HGET', KEYS[1], ARGV[1])`;
