# Makes Slicer's commands known to the extension, and BUILD_TESTING with them.

include(CTest)
include("${CMAKE_CURRENT_LIST_DIR}/SlicerScriptedModule.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/SlicerPythonTesting.cmake")
