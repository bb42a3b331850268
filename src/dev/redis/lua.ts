import { createRequire } from 'node:module';
import { formatGeneral } from './numbers.ts';

/** A Lua state; nothing but its identity matters here. */
export type LuaState = object;

/** The part of Lua's C API that scripts are run with, as Fengari has it. Strings are bytes. */
interface LuaApi {
  LUA_OK: number;
  LUA_REGISTRYINDEX: number;
  LUA_MASKCOUNT: number;
  LUA_TNIL: number;
  LUA_TBOOLEAN: number;
  LUA_TNUMBER: number;
  LUA_TSTRING: number;
  LUA_TTABLE: number;
  lua_pushjsfunction(state: LuaState, work: (state: LuaState) => number): void;
  lua_pushnil(state: LuaState): void;
  lua_pushboolean(state: LuaState, value: boolean): void;
  lua_pushnumber(state: LuaState, value: number): void;
  lua_pushstring(state: LuaState, bytes: Uint8Array): void;
  lua_pushvalue(state: LuaState, index: number): void;
  lua_createtable(state: LuaState, items: number, fields: number): void;
  lua_setfield(state: LuaState, index: number, name: Uint8Array): void;
  lua_getfield(state: LuaState, index: number, name: Uint8Array): number;
  lua_setglobal(state: LuaState, name: Uint8Array): void;
  lua_seti(state: LuaState, index: number, at: number): void;
  lua_geti(state: LuaState, index: number, at: number): number;
  lua_rawlen(state: LuaState, index: number): number;
  lua_next(state: LuaState, index: number): boolean;
  lua_type(state: LuaState, index: number): number;
  lua_toboolean(state: LuaState, index: number): boolean;
  lua_tonumber(state: LuaState, index: number): number;
  lua_tostring(state: LuaState, index: number): Uint8Array | null;
  lua_gettop(state: LuaState): number;
  lua_settop(state: LuaState, index: number): void;
  lua_absindex(state: LuaState, index: number): number;
  lua_error(state: LuaState): never;
  lua_pcall(state: LuaState, parameters: number, results: number, handler: number): number;
  lua_sethook(state: LuaState, hook: ((state: LuaState) => void) | null, mask: number, count: number): void;
}

interface LuaLibraries {
  luaL_newstate(): LuaState;
  luaL_requiref(state: LuaState, name: Uint8Array, open: unknown, isGlobal: number): void;
  luaL_loadbuffer(state: LuaState, source: Uint8Array, length: number, name: Uint8Array): number;
}

interface Fengari {
  lua: LuaApi;
  lauxlib: LuaLibraries;
  lualib: Record<'luaopen_base' | 'luaopen_table' | 'luaopen_string' | 'luaopen_math', unknown>;
}

interface LuaValue {
  value: number;
  ttisinteger(): boolean;
  setfltvalue(value: number): void;
  setsvalue(text: unknown): void;
}

interface LuaObjects {
  luaO_str2num(bytes: Uint8Array, into: LuaValue): number;
  luaO_tostring(state: LuaState, value: LuaValue): void;
}

const require = createRequire(import.meta.url);
const fengari = require('fengari') as Fengari;

/** Fengari's Lua API and its libraries. It has no types of its own. */
export const { lua, lauxlib, lualib } = fengari;

/** The engine's byte strings (one character per byte) as Lua's. */
export const toLua = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Lua's byte strings as the engine's. */
export const fromLua = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/**
 * Fengari is Lua 5.3 with integers of 32 bits; Redis is Lua 5.1, where every number is a double and whole ones print without
 * a fraction. These two functions are where numbers come in and go out.
 */
function numbersAsInLua51(): void {
  const objects = require('fengari/src/lobject.js') as LuaObjects;
  const { luaS_bless: bless } = require('fengari/src/lstring.js') as {
    luaS_bless(state: LuaState, bytes: Uint8Array): unknown;
  };
  const read = objects.luaO_str2num;
  objects.luaO_str2num = (bytes, into) => {
    const end = read(bytes, into);
    if (end !== 0 && into.ttisinteger()) into.setfltvalue(into.value);
    return end;
  };
  objects.luaO_tostring = (state, value) =>
    value.setsvalue(bless(state, toLua(formatGeneral(value.value, 14))));
}

numbersAsInLua51();
