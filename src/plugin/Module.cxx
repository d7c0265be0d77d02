#include "plugin/Module.hxx"

#include "plugin/PluginError.hxx"

#include <dlfcn.h>
#include <ltdl.h>
#include <mutex>
#include <type_traits>

namespace netsane {

namespace {

constinit std::mutex ltdl_mutex;

std::string ltdlError()
{
    const char *const text = ::lt_dlerror();
    return text != nullptr ? text : "unknown error of libltdl";
}

std::string loaderError()
{
    const char *const text = ::dlerror();
    return text != nullptr ? text : "unknown error of the dynamic loader";
}

struct CloseLoader {
    void operator()(void *handle) const noexcept { ::dlclose(handle); }
};

struct CloseLtdl {
    void operator()(lt_dlhandle handle) const noexcept
    {
        const std::lock_guard lock(ltdl_mutex);
        ::lt_dlclose(handle);
    }
};

using UniqueLoaderHandle = std::unique_ptr<void, CloseLoader>;
using UniqueLtdlHandle = std::unique_ptr<std::remove_pointer_t<lt_dlhandle>, CloseLtdl>;

/// The advice with which modules are opened.
class Advice {
public:
    Advice()
    {
        if (::lt_dladvise_init(&advice_) != 0 || ::lt_dladvise_local(&advice_) != 0 ||
            ::lt_dladvise_ext(&advice_) != 0) {
            ::lt_dladvise_destroy(&advice_);
            throw PluginError(ltdlError());
        }
    }
    ~Advice() { ::lt_dladvise_destroy(&advice_); }
    Advice(const Advice &) = delete;
    Advice &operator=(const Advice &) = delete;

    lt_dladvise get() const noexcept { return advice_; }

private:
    lt_dladvise advice_ = nullptr;
};

} // namespace

LtdlUse::LtdlUse()
{
    const std::lock_guard lock(ltdl_mutex);
    if (::lt_dlinit() != 0)
        throw PluginError("libltdl can't be used: " + ltdlError());
}

LtdlUse::~LtdlUse()
{
    const std::lock_guard lock(ltdl_mutex);
    ::lt_dlexit();
}

struct Module::Handles {
    std::string path;
    UniqueLoaderHandle loader;
    UniqueLtdlHandle ltdl;
};

Module::Module(const std::string &real_path) : handles_(std::make_unique<Handles>())
{
    handles_->path = real_path;
    // libltdl binds lazily and would keep the reason to itself, so the loader has the first look: a symbol that is
    // missing is a refusal now and not a crash later
    handles_->loader.reset(::dlopen(real_path.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handles_->loader)
        throw PluginError(loaderError());
    const std::lock_guard lock(ltdl_mutex);
    const Advice advice;
    // the name has its extension: without, libltdl would prefer a .la file, which names yet another file to load
    handles_->ltdl.reset(::lt_dlopenadvise(real_path.c_str(), advice.get()));
    if (!handles_->ltdl)
        throw PluginError(ltdlError());
}

Module::~Module() = default;
Module::Module(Module &&other) noexcept = default;

Module::Entry *Module::entry() const
{
    const std::lock_guard lock(ltdl_mutex);
    void *const symbol = ::lt_dlsym(handles_->ltdl.get(), "netsane_plugin_v1");
    if (symbol == nullptr)
        throw PluginError("has no entry point netsane_plugin_v1");
    return reinterpret_cast<Entry *>(symbol);
}

void Module::makeResident() const
{
#ifdef RTLD_NODELETE
    // not lt_dlmakeresident: libltdl forgets its resident handles, and their memory, at every lt_dlexit
    if (void *const handle = ::dlopen(handles_->path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD | RTLD_NODELETE))
        ::dlclose(handle);
#else
    const std::lock_guard lock(ltdl_mutex);
    ::lt_dlmakeresident(handles_->ltdl.get());
#endif
}

} // namespace netsane
