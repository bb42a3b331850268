import { type LuaState, lua, toLua } from './lua.ts';
import { pushList, textAt } from './lua-values.ts';
import { formatGeneral } from './numbers.ts';
import { RedisError, toBytes, toText } from './reply.ts';

/** Deeper values are refused, as by lua-cjson. */
const DEEPEST = 1_000;

/** `cjson.decode(text)`: objects and arrays become tables, null becomes cjson.null, which is false here as in a condition. */
export function decodeJson(state: LuaState): number {
  const text = toText(textAt(state, 1));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RedisError('ERR Expected value but found invalid token');
  }
  pushJson(state, value);
  return 1;
}

function pushJson(state: LuaState, value: unknown): void {
  if (typeof value === 'string') lua.lua_pushstring(state, toLua(toBytes(value)));
  else if (typeof value === 'number') lua.lua_pushnumber(state, value);
  else if (typeof value === 'boolean') lua.lua_pushboolean(state, value);
  else if (Array.isArray(value)) pushList(state, value, (item) => pushJson(state, item));
  else if (typeof value === 'object' && value !== null) {
    lua.lua_createtable(state, 0, 0);
    for (const [name, member] of Object.entries(value)) {
      pushJson(state, member);
      lua.lua_setfield(state, -2, toLua(toBytes(name)));
    }
  } else lua.lua_pushnil(state);
}

/** `cjson.encode(value)`: a table with only the keys 1 to n is an array, an empty one an object. */
export function encodeJson(state: LuaState): number {
  lua.lua_pushstring(state, toLua(toBytes(jsonAt(state, 1, 0))));
  return 1;
}

function jsonAt(state: LuaState, index: number, depth: number): string {
  if (depth > DEEPEST) throw new RedisError('ERR Cannot serialise, excessive depth');
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TSTRING:
      return JSON.stringify(toText(textAt(state, index)));
    case lua.LUA_TNUMBER:
      return formatGeneral(lua.lua_tonumber(state, index), 14);
    case lua.LUA_TBOOLEAN:
      return String(lua.lua_toboolean(state, index));
    case lua.LUA_TTABLE:
      return tableAt(state, lua.lua_absindex(state, index), depth);
    default:
      return 'null';
  }
}

function tableAt(state: LuaState, index: number, depth: number): string {
  const length = lua.lua_rawlen(state, index);
  if (length > 0) {
    const items = Array.from({ length }, (_, at) => {
      lua.lua_geti(state, index, at + 1);
      const item = jsonAt(state, -1, depth + 1);
      lua.lua_settop(state, -2);
      return item;
    });
    return `[${items.join(',')}]`;
  }
  const members: string[] = [];
  lua.lua_pushnil(state);
  while (lua.lua_next(state, index)) {
    const value = jsonAt(state, -1, depth + 1);
    lua.lua_settop(state, -2);
    lua.lua_pushvalue(state, -1);
    members.push(`${JSON.stringify(toText(textAt(state, -1)))}:${value}`);
    lua.lua_settop(state, -2);
  }
  return `{${members.join(',')}}`;
}
