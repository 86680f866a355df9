# slicer_add_python_unittest(SCRIPT file [TESTNAME_PREFIX prefix] [SLICER_ARGS argument...])
function(slicer_add_python_unittest)
  cmake_parse_arguments(PARSE_ARGV 0 TEST "" "SCRIPT;TESTNAME_PREFIX" "SLICER_ARGS")
  get_filename_component(script "${TEST_SCRIPT}" ABSOLUTE)
  if(NOT EXISTS "${script}")
    message(FATAL_ERROR "slicer_add_python_unittest: SCRIPT must exist, got '${script}'")
  endif()
  get_filename_component(folder "${script}" DIRECTORY)
  get_filename_component(name "${script}" NAME_WE)
  add_test(
    NAME py_${TEST_TESTNAME_PREFIX}${name}
    COMMAND ${Slicer_LAUNCHER_EXECUTABLE} --no-splash --testing ${TEST_SLICER_ARGS}
      --additional-module-paths "${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}"
      --python-code "import slicer.testing; slicer.testing.runUnitTest(['${folder}'], '${name}')"
    )
endfunction()

# Slicer writes a test for each scripted module that only loads it and shows its panel.
function(slicer_configure_generic_python_module_test module)
  string(TOLOWER "${module}" module_lower)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/qSlicer${module}ModuleGenericTest.py")
  file(WRITE "${script}" "import slicer\n\nslicer.modules.${module_lower}.widgetRepresentation()\n")
  slicer_add_python_unittest(
    SCRIPT "${script}"
    TESTNAME_PREFIX nomainwindow_
    SLICER_ARGS --no-main-window --disable-cli-modules
    )
endfunction()
