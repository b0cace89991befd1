# What is installed, where distributions and LuaRocks look for it.

# Elsewhere than in Debian and Alpine the interpreter has another name.
find_program(LUA_PROGRAM NAMES lua${LUA_ABI} lua-${LUA_ABI} lua${LUA_DIGITS} lua)
if(LUA_PROGRAM)
  get_filename_component(LUA_NAME ${LUA_PROGRAM} NAME)
else()
  set(LUA_NAME lua${LUA_ABI})
endif()
file(READ bin/manifest COMMAND_TEXT)
string(REPLACE "env lua5.4\n" "env ${LUA_NAME}\n" COMMAND_TEXT "${COMMAND_TEXT}")
file(WRITE ${CMAKE_BINARY_DIR}/command/manifest "${COMMAND_TEXT}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS bin/manifest)

# The Lua files in one that is quick to read; where no such Lua runs, an installation goes without.
if(LUA_PROGRAM)
  execute_process(COMMAND ${LUA_PROGRAM} -e "io.write(_VERSION)" OUTPUT_VARIABLE LUA_PROGRAM_VERSION ERROR_QUIET)
endif()
file(GLOB_RECURSE LUA_SOURCES CONFIGURE_DEPENDS lua/manifest/*.lua)
list(FILTER LUA_SOURCES EXCLUDE REGEX "/lua/manifest/meta/")
if(LUA_PROGRAM_VERSION STREQUAL "Lua ${LUA_ABI}")
  add_custom_command(OUTPUT manifest/compiled.lua DEPENDS tools/compile ${LUA_SOURCES}
    COMMAND ${LUA_PROGRAM} ${CMAKE_SOURCE_DIR}/tools/compile manifest/compiled.lua ${CMAKE_SOURCE_DIR}/lua -- ${LUA_SOURCES})
  add_custom_target(compiled ALL DEPENDS manifest/compiled.lua)
  install(FILES ${CMAKE_BINARY_DIR}/manifest/compiled.lua DESTINATION ${LUA_DIR}/manifest)
endif()

install(TARGETS core http LIBRARY DESTINATION ${LUA_CDIR}/manifest)
install(DIRECTORY lua/manifest DESTINATION ${LUA_DIR} FILES_MATCHING PATTERN "*.lua")
install(PROGRAMS ${CMAKE_BINARY_DIR}/command/manifest DESTINATION ${BIN_DIR})

install(FILES README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs PATTERN man EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} USE_SOURCE_PERMISSIONS PATTERN "*.lock" EXCLUDE)
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES completions/manifest.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME manifest)
install(FILES completions/manifest.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _manifest)
install(FILES completions/manifest.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
