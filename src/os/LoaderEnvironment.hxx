// The environment variables that the dynamic loader and libltdl listen to.

#pragma once

namespace netsane {

/// Removes LTDL_LIBRARY_PATH and every LD_* variable, so that neither a later load nor a child process heeds them. To
/// be called first thing in main, before there are threads. (What the dynamic loader has read at the start of this very
/// process stays in force; plugins are loaded by absolute path.)
void clearLoaderEnvironment() noexcept;

} // namespace netsane
