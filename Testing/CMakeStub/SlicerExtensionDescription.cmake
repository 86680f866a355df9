# Writes what a package says of its extension, as Slicer's own packaging does: each key has the value of
# the variable EXTENSION_<KEY>, or Slicer's default where the extension sets none.

function(_slicer_ask_git variable)
  execute_process(
    COMMAND git ${ARGN}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    OUTPUT_VARIABLE answer
    OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET
    )
  set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

function(_slicer_write_description file)
  set(EXTENSION_SCM "git")
  _slicer_ask_git(EXTENSION_SCMURL config --get remote.origin.url)
  _slicer_ask_git(EXTENSION_SCMREVISION rev-parse --short=7 HEAD)
  set(default_RECOMMENDS "NA")
  set(default_BUILD_SUBDIRECTORY ".")
  set(default_TIER "1")
  set(default_ENABLED "1")

  set(lines "")
  foreach(key IN ITEMS
      scm scmurl scmrevision depends recommends build_subdirectory homepage contributors category iconurl status
      tier description screenshoturls enabled dicom_support_rule keywords)
    string(TOUPPER "${key}" name)
    if("${EXTENSION_${name}}" STREQUAL "")
      set(EXTENSION_${name} "${default_${name}}")
    endif()
    string(APPEND lines "${key} ${EXTENSION_${name}}\n")
  endforeach()
  file(WRITE "${file}" "${lines}")
endfunction()

_slicer_write_description("${PROJECT_BINARY_DIR}/${PROJECT_NAME}.s4ext")
install(
  FILES "${PROJECT_BINARY_DIR}/${PROJECT_NAME}.s4ext"
  DESTINATION "share/Slicer-${Slicer_VERSION_MAJOR}.${Slicer_VERSION_MINOR}"
  )
