// libsane-netsane loaded with dlopen. Owned by a test, which ends it to unload the library.
#pragma once

#include <dlfcn.h>
#include <sane/sane.h>
#include <stdexcept>
#include <string>

namespace netsane::test {

// The functions of the library, by their names in SANE's dll backend.
class BackendLibrary {
public:
    BackendLibrary() : handle_(::dlopen(NETSANE_TEST_BACKEND, RTLD_NOW | RTLD_LOCAL))
    {
        if (!handle_)
            throw std::runtime_error(::dlerror());
        load(init, "init");
        load(exit, "exit");
        load(get_devices, "get_devices");
        load(open, "open");
        load(close, "close");
        load(get_option_descriptor, "get_option_descriptor");
        load(control_option, "control_option");
        load(get_parameters, "get_parameters");
        load(start, "start");
        load(read, "read");
        load(cancel, "cancel");
        load(set_io_mode, "set_io_mode");
        load(get_select_fd, "get_select_fd");
        load(strstatus, "strstatus");
    }
    ~BackendLibrary() { ::dlclose(handle_); }
    BackendLibrary(const BackendLibrary &) = delete;
    BackendLibrary &operator=(const BackendLibrary &) = delete;

    decltype(&::sane_init) init;
    decltype(&::sane_exit) exit;
    decltype(&::sane_get_devices) get_devices;
    decltype(&::sane_open) open;
    decltype(&::sane_close) close;
    decltype(&::sane_get_option_descriptor) get_option_descriptor;
    decltype(&::sane_control_option) control_option;
    decltype(&::sane_get_parameters) get_parameters;
    decltype(&::sane_start) start;
    decltype(&::sane_read) read;
    decltype(&::sane_cancel) cancel;
    decltype(&::sane_set_io_mode) set_io_mode;
    decltype(&::sane_get_select_fd) get_select_fd;
    decltype(&::sane_strstatus) strstatus;

private:
    template<typename Function>
    void load(Function &function, const char *name)
    {
        function = reinterpret_cast<Function>(::dlsym(handle_, (std::string("sane_netsane_") + name).c_str()));
        if (!function)
            throw std::runtime_error(std::string("no sane_netsane_") + name);
    }

    void *handle_;
};

} // namespace netsane::test
