# A small stand-in for Slicer's CMake package. It has just what a scripted extension uses, so that
# the extension can be configured, built, installed and packed without a Slicer build tree:
#
#   cmake -DSlicer_DIR=<this folder> <extension>
#
# It is stricter than Slicer in one way: each listed file must exist under the very name listed.

set(Slicer_VERSION_MAJOR 5)
set(Slicer_VERSION_MINOR 12)
set(Slicer_MAIN_PROJECT_APPLICATION_NAME "Slicer")

set(Slicer_LAUNCHER_EXECUTABLE "Slicer" CACHE FILEPATH "The Slicer that ctest starts")

set(Slicer_QTSCRIPTEDMODULES_LIB_DIR
  "lib/Slicer-${Slicer_VERSION_MAJOR}.${Slicer_VERSION_MINOR}/qt-scripted-modules")
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR "${Slicer_QTSCRIPTEDMODULES_LIB_DIR}")

set(Slicer_USE_FILE "${CMAKE_CURRENT_LIST_DIR}/UseSlicer.cmake")
set(Slicer_EXTENSION_GENERATE_CONFIG "${CMAKE_CURRENT_LIST_DIR}/SlicerExtensionGenerateConfig.cmake")
set(Slicer_EXTENSION_CPACK "${CMAKE_CURRENT_LIST_DIR}/SlicerExtensionCPack.cmake")
