# Packs what is installed, with the files Slicer's own packaging looks for.

foreach(key IN ITEMS README_FILE LICENSE_FILE)
  if(NOT EXISTS "${EXTENSION_${key}}")
    message(FATAL_ERROR "EXTENSION_${key} must name an existing file, got '${EXTENSION_${key}}'")
  endif()
endforeach()

include("${CMAKE_CURRENT_LIST_DIR}/SlicerExtensionDescription.cmake")

set(CPACK_GENERATOR "TGZ")
set(CPACK_PACKAGE_NAME "${PROJECT_NAME}")
set(CPACK_PACKAGE_FILE_NAME "${PROJECT_NAME}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${EXTENSION_DESCRIPTION}")
set(CPACK_PACKAGE_HOMEPAGE_URL "${EXTENSION_HOMEPAGE}")
set(CPACK_RESOURCE_FILE_README "${EXTENSION_README_FILE}")
set(CPACK_RESOURCE_FILE_LICENSE "${EXTENSION_LICENSE_FILE}")
include(CPack)
