// The refusal of a plugin, thrown while one is looked for, checked, loaded and initialised. what() names the file
// and the reason in one line fit for the log.

#pragma once

#include <stdexcept>

namespace netsane {

class PluginError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace netsane
