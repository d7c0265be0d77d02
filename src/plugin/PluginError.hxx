// The refusal of a plugin, thrown while one is looked for, checked, loaded and initialised. what() names the file
// and the reason in one line fit for the log.

#pragma once

#include <stdexcept>

namespace netsane {

class PluginError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A plugin that is in order but works as root only in this configuration (NETSANE_INIT_NEEDS_ROOT). Whoever can may
/// load it again as root; for everybody else it is a refusal like any other.
class NeedsRootError : public PluginError {
public:
    using PluginError::PluginError;
};

} // namespace netsane
