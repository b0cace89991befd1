# The command as one file. The libraries are archives, and so is Lua (tools/libraries).

pkg_check_modules(LYAML REQUIRED IMPORTED_TARGET lyaml)
pkg_get_variable(LYAML_FOLDER lyaml luadir)
file(GLOB_RECURSE LYAML_SOURCES ${LYAML_FOLDER}/*.lua)
file(GLOB PROGRAM_SOURCES CONFIGURE_DEPENDS csrc/bind/program/*.c csrc/bind/core/*.c csrc/bind/http/*.c)

add_custom_command(OUTPUT modules.c DEPENDS tools/compile ${LUA_SOURCES}
  COMMAND ${LUA_PROGRAM} ${CMAKE_SOURCE_DIR}/tools/compile modules.c ${CMAKE_SOURCE_DIR}/lua ${LYAML_FOLDER} --
    ${LUA_SOURCES} ${LYAML_SOURCES})
add_executable(program ${PROGRAM_SOURCES} modules.c)
target_include_directories(program PRIVATE csrc/bind/program)
target_link_libraries(program PRIVATE manifest_bind manifest_http PkgConfig::LYAML PkgConfig::LIBLUA)
target_link_options(program PRIVATE -static -s -Wl,--gc-sections,-z,relro,-z,now)
set_target_properties(program PROPERTIES OUTPUT_NAME manifest RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
