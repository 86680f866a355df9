# Stop unless the extension describes itself; Slicer's catalogue shows each of these to a user.

foreach(key IN ITEMS HOMEPAGE CATEGORY CONTRIBUTORS DESCRIPTION ICONURL SCREENSHOTURLS DEPENDS)
  if("${EXTENSION_${key}}" STREQUAL "")
    message(FATAL_ERROR "EXTENSION_${key} must be set before the extension is packed")
  endif()
endforeach()
