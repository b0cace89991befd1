# The Debian package: cpack -G DEB in a build folder that was configured with CMAKE_INSTALL_PREFIX=/usr (./dev release).

set(CPACK_PACKAGE_NAME oci-manifest)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Create, annotate, inspect and push manifest lists and OCI indexes")
set(CPACK_PACKAGE_HOMEPAGE_URL "$ENV{HOMEPAGE}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "The verbs of docker manifest with the same bytes, and more, as a command
 and as a module of Lua, without docker and without a daemon.")
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# Debian wants an address. Where nobody gives one it is at a host that cannot be (RFC 2606).
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "the manifest authors <nobody@manifest.invalid>")
if(NOT "$ENV{MAINTAINER}" STREQUAL "")
  set(CPACK_DEBIAN_PACKAGE_MAINTAINER "$ENV{MAINTAINER}")
endif()
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "lua${LUA_ABI}, ca-certificates")
include(CPack)

if(CMAKE_INSTALL_DOCDIR MATCHES "/oci-manifest$")
  # Where Debian keeps them, and how.
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
  string(TIMESTAMP NOW "%a, %d %b %Y %H:%M:%S +0000" UTC) # that of SOURCE_DATE_EPOCH
  file(WRITE ${CMAKE_BINARY_DIR}/changelog "oci-manifest (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
    "  * CHANGELOG.md beside this file has what changed.\n\n -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${NOW}\n")
  install(FILES ${CMAKE_BINARY_DIR}/changelog DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(CODE [[
    set(SHARE "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
    file(GLOB PAGES "${SHARE}/man/man1/*.1")
    execute_process(COMMAND gzip -f -n -9 ${PAGES} ${SHARE}/doc/oci-manifest/changelog)]])
endif()
