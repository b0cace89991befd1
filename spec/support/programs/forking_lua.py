"""Runs a Lua script with two functions more than Lua has: fork() and wait(pid).

usage: forking_lua.py LIBLUA SCRIPT"""
import ctypes
import os
import sys

FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


def main():
    lua = ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
    lua.luaL_newstate.restype = ctypes.c_void_p
    lua.lua_tolstring.restype = ctypes.c_char_p
    lua.lua_pushinteger.argtypes = [ctypes.c_void_p, ctypes.c_longlong]
    lua.lua_tointegerx.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    state = ctypes.c_void_p(lua.luaL_newstate())
    if hasattr(lua, "luaL_openlibs"):
        lua.luaL_openlibs(state)
    else:  # Lua 5.5
        lua.luaL_openselectedlibs(state, -1, 0)

    def fork(inner):
        lua.lua_pushinteger(inner, os.fork())
        return 1

    def wait(inner):
        os.waitpid(lua.lua_tointegerx(inner, 1, None), 0)
        return 0

    functions = [FUNCTION(fork), FUNCTION(wait)]
    for name, function in zip((b"fork", b"wait"), functions):
        lua.lua_pushcclosure(state, function, 0)
        lua.lua_setglobal(state, name)
    if lua.luaL_loadfilex(state, sys.argv[2].encode(), None) or lua.lua_pcallk(state, 0, 0, 0, ctypes.c_void_p(0), None):
        sys.exit(lua.lua_tolstring(state, -1, None).decode())
    lua.lua_close(state)


main()
