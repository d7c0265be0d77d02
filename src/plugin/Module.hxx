// A shared object opened with libltdl, and the use of libltdl as such. Both are RAII and may be used by several
// threads; libltdl itself is locked against ourselves, but not against a program around us that uses it in another
// thread.

#pragma once

#include <memory>
#include <netsane/plugin.h>
#include <string>

namespace netsane {

/// libltdl is initialised as long as one of these lives. libltdl counts, so that a program around us keeps its modules.
class LtdlUse {
public:
    /// Throws PluginError.
    LtdlUse();
    ~LtdlUse();
    LtdlUse(const LtdlUse &) = delete;
    LtdlUse &operator=(const LtdlUse &) = delete;
};

class Module {
public:
    /// Opens the file with its symbols kept to itself, and binds all of them at once. Runs the module's constructors.
    /// Throws PluginError with the reason alone.
    /// @param real_path ends in ".so"
    explicit Module(const std::string &real_path);
    ~Module();
    Module(Module &&other) noexcept;

    using Entry = const netsane_plugin_v1 *(uint32_t host_minor);

    /// The entry point. Throws PluginError.
    Entry *entry() const;

    /// Keeps the module mapped when it is closed: whoever still holds a pointer into it (an atexit function, a thread's
    /// destructor) does no harm.
    void makeResident() const;

private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

} // namespace netsane
