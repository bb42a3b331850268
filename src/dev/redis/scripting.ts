import { createHash } from 'node:crypto';
import { type Arguments, type CommandTable, subcommands } from './command.ts';
import type { Keyspace } from './keyspace.ts';
import { fromLua, type LuaState, lauxlib, lua, lualib, toLua } from './lua.ts';
import { decodeJson, encodeJson } from './lua-json.ts';
import { commandAt, pushList, pushReply, pushTagged, readReply, textAt } from './lua-values.ts';
import { parseInteger } from './numbers.ts';
import { isFailure, OK, RedisError, type Reply } from './reply.ts';

/** A script that has run this many instructions is ended: nothing else can be served meanwhile. */
const MOST_INSTRUCTIONS = 50_000_000;
const INSTRUCTIONS_PER_LOOK = 100_000;

/** What Lua 5.1 has and 5.3 has not, and what Redis takes away. */
const PRELUDE = `
unpack = table.unpack
loadstring = load
local plain = tostring
tostring = function(value) if type(value) == 'number' then return '' .. value end return plain(value) end
math.pow = function(base, exponent) return base ^ exponent end
table.getn = function(list) return #list end
dofile, loadfile, print, collectgarbage, require = nil, nil, nil, nil, nil
redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
redis.log = function() end
redis.setresp = function() end
redis.replicate_commands = function() return true end
redis.status_reply = function(text) return { ok = text } end
redis.error_reply = function(text) return { err = string.find(text, ' ') and text or 'ERR ' .. text } end
setmetatable(_G, {
  __newindex = function(_, name) error('Attempt to modify a readonly table script: global ' .. plain(name), 2) end,
  __index = function(_, name) error("Script attempted to access nonexistent global variable '" .. plain(name) .. "'", 2) end,
})`;

/** What scripts stand on. */
interface ScriptingParts {
  db: Keyspace;
  dialect: 'upstash' | 'redis';
  /** Runs one command within the unit of work under way. */
  call: (args: readonly string[], readOnly?: boolean) => Reply;
}

/** EVAL and its kin: Lua scripts, each one unit of work, over Fengari. */
export function createScripting({ call, dialect }: ScriptingParts): { commands: CommandTable } {
  const scripts = new Map<string, string>();
  let isReadOnly = false;
  const state = createState((args) => call(args, isReadOnly));
  const compiled = createCompiled(state);

  function run(source: string, args: Arguments, readOnly: boolean): Reply {
    const count = parseInteger(args[2]);
    if (count < 0) throw new RedisError("ERR Number of keys can't be negative");
    const rest = args.slice(3);
    if (count > rest.length) throw new RedisError("ERR Number of keys can't be greater than number of args");
    isReadOnly = readOnly;
    compiled.push(withoutShebang(source, dialect));
    return runScript(state, [rest.slice(0, count), rest.slice(count)]);
  }

  function evaluate(args: Arguments, readOnly: boolean): Reply {
    scripts.set(shaOf(args[1]), args[1]);
    return run(args[1], args, readOnly);
  }

  function evaluateKnown(args: Arguments, readOnly: boolean): Reply {
    const source = scripts.get(args[1].toLowerCase());
    if (source === undefined) throw new RedisError('NOSCRIPT No matching script. Please use EVAL.');
    return run(source, args, readOnly);
  }

  return {
    commands: {
      eval: { arity: -3, run: (_db, args) => evaluate(args, false) },
      evalsha: { arity: -3, run: (_db, args) => evaluateKnown(args, false) },
      eval_ro: { arity: -3, run: (_db, args) => evaluate(args, true) },
      evalsha_ro: { arity: -3, run: (_db, args) => evaluateKnown(args, true) },
      script: {
        arity: -2,
        run: subcommands('script', {
          load: {
            arity: 3,
            run: (_db, args) => {
              compile(state, args[2]);
              lua.lua_settop(state, 0);
              scripts.set(shaOf(args[2]), args[2]);
              return shaOf(args[2]);
            },
          },
          exists: {
            arity: -3,
            run: (_db, [, , ...shas]) => shas.map((sha) => (scripts.has(sha.toLowerCase()) ? 1 : 0)),
          },
          flush: {
            arity: -2,
            run: () => {
              scripts.clear();
              return OK;
            },
          },
        }),
      },
    },
  };
}

function shaOf(source: string): string {
  return createHash('sha1').update(source, 'latin1').digest('hex');
}

/** Upstash takes flags in a first line such as `#!lua flags=allow-key-locking`. */
function withoutShebang(source: string, dialect: ScriptingParts['dialect']): string {
  if (!source.startsWith('#!')) return source;
  const [line = ''] = source.split('\n', 1);
  const flags = /^#!lua(?: flags=([\w,-]*))?\s*$/.exec(line);
  if (flags === null) throw new RedisError(`ERR Unexpected engine in script shebang: ${line.slice(2)}`);
  const unknown = (flags[1] ?? '').split(',').find((flag) => flag !== '' && !isFlag(flag, dialect));
  if (unknown !== undefined) throw new RedisError(`ERR Unexpected flag in script shebang: ${unknown}`);
  return `--${source}`;
}

function isFlag(flag: string, dialect: ScriptingParts['dialect']): boolean {
  if (flag === 'allow-key-locking') return dialect === 'upstash';
  return ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'].includes(flag);
}

function createState(call: (args: readonly string[]) => Reply): LuaState {
  const state = lauxlib.luaL_newstate();
  const libraries = {
    _G: 'luaopen_base',
    table: 'luaopen_table',
    string: 'luaopen_string',
    math: 'luaopen_math',
  } as const;
  for (const [name, open] of Object.entries(libraries))
    lauxlib.luaL_requiref(state, toLua(name), lualib[open], 1);
  lua.lua_settop(state, 0);
  defineTable(state, 'redis', {
    call: (inner) => {
      const reply = call(commandAt(inner));
      if (isFailure(reply)) throw new RedisError(reply.error);
      pushReply(inner, reply);
      return 1;
    },
    pcall: (inner) => {
      pushReply(inner, call(commandAt(inner)));
      return 1;
    },
    sha1hex: (inner) => {
      lua.lua_pushstring(inner, toLua(shaOf(textAt(inner, 1))));
      return 1;
    },
  });
  defineTable(state, 'cjson', { decode: decodeJson, encode: encodeJson });
  for (const name of ['KEYS', 'ARGV']) setList(state, name, []);
  compile(state, PRELUDE);
  if (lua.lua_pcall(state, 0, 0, 0) !== lua.LUA_OK) throw new RedisError(textAt(state, -1));
  return state;
}

/** Functions that Lua can call; what they throw becomes an error of Lua, with the text in `err`. */
function defineTable(
  state: LuaState,
  name: string,
  functions: Record<string, (state: LuaState) => number>,
): void {
  lua.lua_createtable(state, 0, 0);
  for (const [member, work] of Object.entries(functions)) {
    lua.lua_pushjsfunction(state, (inner) => {
      try {
        return work(inner);
      } catch (error) {
        if (!(error instanceof RedisError)) throw error;
        pushTagged(inner, 'err', error.message);
      }
      return lua.lua_error(inner);
    });
    lua.lua_setfield(state, -2, toLua(member));
  }
  lua.lua_setglobal(state, toLua(name));
}

/** Sets a global that exists already, which the protection of globals lets pass. */
function setList(state: LuaState, name: string, items: readonly string[]): void {
  pushList(state, items, (item) => lua.lua_pushstring(state, toLua(item)));
  lua.lua_setglobal(state, toLua(name));
}

function compile(state: LuaState, source: string): void {
  const bytes = toLua(source);
  if (lauxlib.luaL_loadbuffer(state, bytes, bytes.length, toLua('@user_script')) === lua.LUA_OK) return;
  const message = textAt(state, -1);
  lua.lua_settop(state, 0);
  throw new RedisError(`ERR Error compiling script (new function): ${message}`);
}

/** Scripts that are kept compiled. */
const KEPT_SCRIPTS = 500;
/** Lua keeps its own things under the lowest numbers of its registry. */
const FIRST_PLACE = 100;

/** Scripts compiled once: compiling takes longer than most of them run. They are kept where Lua keeps what only its host may reach. */
function createCompiled(state: LuaState): { push(source: string): void } {
  const places = new Map<string, number>();
  return {
    /** Puts the script, as a function, on Lua's stack. Throws when it is none. */
    push(source) {
      const place = places.get(source);
      if (place !== undefined) {
        lua.lua_geti(state, lua.LUA_REGISTRYINDEX, place);
        return;
      }
      compile(state, source);
      // A script that puts something in place of its globals must not leave that to its next run.
      if (places.size === KEPT_SCRIPTS || source.includes('_ENV')) return;
      lua.lua_pushvalue(state, -1);
      lua.lua_seti(state, lua.LUA_REGISTRYINDEX, FIRST_PLACE + places.size);
      places.set(source, FIRST_PLACE + places.size);
    },
  };
}

/** Runs the function on top of Lua's stack. */
function runScript(state: LuaState, [keys, args]: [readonly string[], readonly string[]]): Reply {
  setList(state, 'KEYS', keys);
  setList(state, 'ARGV', args);
  let left = MOST_INSTRUCTIONS;
  lua.lua_sethook(
    state,
    (inner) => {
      left -= INSTRUCTIONS_PER_LOOK;
      if (left > 0) return;
      pushTagged(inner, 'err', 'ERR The script has run too long and was ended.');
      lua.lua_error(inner);
    },
    lua.LUA_MASKCOUNT,
    INSTRUCTIONS_PER_LOOK,
  );
  try {
    if (lua.lua_pcall(state, 0, 1, 0) === lua.LUA_OK) return readReply(state, -1);
    return { error: failureOf(state) };
  } finally {
    lua.lua_sethook(state, null, 0, 0);
    lua.lua_settop(state, 0);
  }
}

function failureOf(state: LuaState): string {
  const reply = readReply(state, -1);
  if (typeof reply === 'object' && reply !== null && 'error' in reply) return reply.error;
  const text =
    lua.lua_type(state, -1) === lua.LUA_TSTRING
      ? fromLua(lua.lua_tostring(state, -1) ?? toLua(''))
      : 'unknown';
  return `ERR ${text}`;
}
