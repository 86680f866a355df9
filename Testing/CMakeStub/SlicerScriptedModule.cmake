# Stop unless `path` is a file of the current source folder. `kind` names its list in the message.
function(_slicer_require_file kind path)
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/${path}")
  if(NOT EXISTS "${source}" OR IS_DIRECTORY "${source}")
    message(FATAL_ERROR "${kind} must name existing files, got '${path}'. Run `make cmake-list`.")
  endif()
endfunction()

# Copy a listed file into the build tree and install it, both at its own relative path.
function(_slicer_place_file path)
  get_filename_component(folder "${path}" DIRECTORY)
  set(copy "${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${path}")
  add_custom_command(
    OUTPUT "${copy}"
    COMMAND ${CMAKE_COMMAND} -E copy "${CMAKE_CURRENT_SOURCE_DIR}/${path}" "${copy}"
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${path}"
    VERBATIM
    )
  install(FILES "${copy}" DESTINATION "${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}/${folder}")
endfunction()

# slicerMacroBuildScriptedModule(NAME name SCRIPTS file... RESOURCES file... [WITH_GENERIC_TESTS])
function(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(PARSE_ARGV 0 MODULE "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES")
  if(MODULE_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "slicerMacroBuildScriptedModule: unknown '${MODULE_UNPARSED_ARGUMENTS}'")
  endif()

  set(copies)
  foreach(kind IN ITEMS SCRIPTS RESOURCES)
    foreach(path IN LISTS MODULE_${kind})
      _slicer_require_file(${kind} "${path}")
      _slicer_place_file("${path}")
      list(APPEND copies "${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${path}")
    endforeach()
  endforeach()
  add_custom_target(${MODULE_NAME} ALL DEPENDS ${copies})

  if(BUILD_TESTING AND MODULE_WITH_GENERIC_TESTS)
    slicer_configure_generic_python_module_test(${MODULE_NAME})
  endif()
endfunction()
