/**
 * What a subject was mailed, for the caps: `at:loop` by commas, the oldest first, in the field `mails` of their hash.
 *
 * Lua for scripts that count by it. `now` is ms; `caps` has `{cap, period, scope}`; a period of days may be an hour short, as a day may
 * have 23 hours where the clocks are put forward.
 */
export const MAIL_CAPS = `
local function isOver(now, at, seconds)
  return now - at >= (seconds >= 86400 and seconds - 3600 or seconds) * 1000
end

local function isCapped(mails, caps, loop, now)
  for _, cap in ipairs(caps) do
    local count = 0
    for at, mailed in string.gmatch(mails, '(%d+):([^,]+)') do
      if not isOver(now, tonumber(at), cap.period) and (cap.scope == 'all' or mailed == loop) then count = count + 1 end
    end
    if count >= cap.cap then return true end
  end
  return false
end

-- The mails with one more, without those that no cap counts any more: the longest period is 100 days.
local function withMail(mails, loop, now, nowText)
  local kept = {}
  for at, mailed in string.gmatch(mails, '(%d+):([^,]+)') do
    if now - tonumber(at) < 8640000000 then kept[#kept + 1] = at .. ':' .. mailed end
  end
  kept[#kept + 1] = nowText .. ':' .. loop
  return table.concat(kept, ',')
end

local function withoutMail(mails, struck)
  local text = ',' .. mails .. ','
  local from, to = string.find(text, ',' .. struck .. ',', 1, true)
  if not from then return mails end
  local left = string.sub(text, 2, from) .. string.sub(text, to + 1, -2)
  return (string.gsub(left, ',$', ''))
end
`;
