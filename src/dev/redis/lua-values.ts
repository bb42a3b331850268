import { fromLua, type LuaState, lua, toLua } from './lua.ts';
import { formatGeneral } from './numbers.ts';
import { isFailure, isStatus, RedisError, type Reply } from './reply.ts';

/** Puts a reply on Lua's stack as Redis converts it: nil becomes false, a status a table with `ok`, an error one with `err`. */
export function pushReply(state: LuaState, reply: Reply): void {
  if (reply === null) lua.lua_pushboolean(state, false);
  else if (typeof reply === 'string') lua.lua_pushstring(state, toLua(reply));
  else if (typeof reply === 'number' || typeof reply === 'bigint') lua.lua_pushnumber(state, Number(reply));
  else if (isStatus(reply)) pushTagged(state, 'ok', reply.status);
  else if (isFailure(reply)) pushTagged(state, 'err', reply.error);
  else pushList(state, reply, (item) => pushReply(state, item));
}

/** Puts a list on Lua's stack; `push` puts one item there. */
export function pushList<TItem>(state: LuaState, items: readonly TItem[], push: (item: TItem) => void): void {
  lua.lua_createtable(state, items.length, 0);
  for (const [index, item] of items.entries()) {
    push(item);
    lua.lua_seti(state, -2, index + 1);
  }
}

/** Puts a table with one field on Lua's stack. */
export function pushTagged(state: LuaState, name: 'ok' | 'err', text: string): void {
  lua.lua_createtable(state, 0, 1);
  lua.lua_pushstring(state, toLua(text));
  lua.lua_setfield(state, -2, toLua(name));
}

/** The value at `index` of Lua's stack as a reply: numbers lose their fraction, a list ends at its first nil. */
export function readReply(state: LuaState, index: number): Reply {
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TSTRING:
      return textAt(state, index);
    case lua.LUA_TNUMBER:
      return Math.trunc(lua.lua_tonumber(state, index));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, index) ? 1 : null;
    case lua.LUA_TTABLE:
      return readTable(state, lua.lua_absindex(state, index));
    default:
      return null;
  }
}

function readTable(state: LuaState, index: number): Reply {
  const error = fieldAt(state, index, 'err');
  if (error !== undefined) return { error };
  const status = fieldAt(state, index, 'ok');
  if (status !== undefined) return { status };
  const items: Reply[] = [];
  for (let at = 1; ; at++) {
    const type = lua.lua_geti(state, index, at);
    if (type !== lua.LUA_TNIL) items.push(readReply(state, -1));
    lua.lua_settop(state, -2);
    if (type === lua.LUA_TNIL) return items;
  }
}

function fieldAt(state: LuaState, index: number, name: string): string | undefined {
  const type = lua.lua_getfield(state, index, toLua(name));
  const text = type === lua.LUA_TSTRING ? textAt(state, -1) : undefined;
  lua.lua_settop(state, -2);
  return text;
}

/** The string at `index`. */
export function textAt(state: LuaState, index: number): string {
  return fromLua(lua.lua_tostring(state, index) ?? new Uint8Array());
}

/** The arguments of a JavaScript function called from Lua, as a command's: strings, and numbers in 17 digits. */
export function commandAt(state: LuaState): string[] {
  return Array.from({ length: lua.lua_gettop(state) }, (_, place) => {
    switch (lua.lua_type(state, place + 1)) {
      case lua.LUA_TSTRING:
        return textAt(state, place + 1);
      case lua.LUA_TNUMBER:
        return formatGeneral(lua.lua_tonumber(state, place + 1), 17);
      default:
        throw new RedisError('ERR Lua redis lib command arguments must be strings or integers');
    }
  });
}
