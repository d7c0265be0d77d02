// A private folder under /tmp with copies of modules, of the right modes whatever the umask is. Gone with the object.
// The build's own folders may be writable by a group, which PluginHost refuses.

#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <system_error>

namespace netsane {

class ModuleFolder {
public:
    ModuleFolder()
    {
        std::string name = "/tmp/netsane-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(), "mkdtemp");
        path_ = name;
    }
    ~ModuleFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ModuleFolder(const ModuleFolder &) = delete;
    ModuleFolder &operator=(const ModuleFolder &) = delete;

    const std::string &path() const { return path_; }
    std::string file(const std::string &name) const { return path_ + "/" + name; }

    /// Copies "auth_unix" or the like from where it was built.
    std::string add(const std::string &module, const std::string &as = {}) const
    {
        std::string from = std::string(METHOD_MODULE_DIR) + "/" + module + ".so";
        if (!std::filesystem::exists(from))
            from = std::string(TEST_MODULE_DIR) + "/" + module + ".so";
        std::string to = file((as.empty() ? module : as) + ".so");
        // never over a copy that may be mapped already
        std::filesystem::copy_file(from, to, std::filesystem::copy_options::skip_existing);
        setMode(to, 0755);
        return to;
    }

    std::string write(const std::string &name, const std::string &text, mode_t mode = 0600) const
    {
        std::string to = file(name);
        std::ofstream(to, std::ios::binary) << text;
        setMode(to, mode);
        return to;
    }

    std::string makeFolder(const std::string &name, mode_t mode = 0755) const
    {
        std::string to = file(name);
        std::filesystem::create_directory(to);
        setMode(to, mode);
        return to;
    }

    static void setMode(const std::string &path, mode_t mode)
    {
        if (::chmod(path.c_str(), mode) != 0)
            throw std::system_error(errno, std::generic_category(), "chmod " + path);
    }

private:
    std::string path_;
};

} // namespace netsane
