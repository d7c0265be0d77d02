#include "plugin/PluginHost.hxx"

#include "plugin/HostTable.hxx"
#include "plugin/Module.hxx"
#include "plugin/TrustedFile.hxx"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace netsane {

namespace {

constexpr size_t max_name_bytes = 64;

bool isMethodName(std::string_view name)
{
    return !name.empty() && name.size() <= max_name_bytes && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// Calls the plugin and makes an exception of its into a refusal.
template<class Call>
auto callPlugin(const char *what, Call &&call)
{
    try {
        return call();
    } catch (const std::exception &error) {
        throw PluginError(std::string(what) + " threw an exception: " + error.what());
    } catch (...) {
        throw PluginError(std::string(what) + " threw an exception");
    }
}

/// A method together with what keeps it alive. Ends in the opposite order: fini, the host's table, the module.
class LoadedMethod final : public Method {
public:
    LoadedMethod(Module module, MethodDescription description, PluginServices &services)
        : Method(std::move(description), services), module_(std::move(module)), table_(services, kind(), name())
    {
    }

    void init()
    {
        module_.makeResident();
        const int32_t result = callPlugin("its init", [this] {
            return description_.init != nullptr ? description_.init(table_.table(), &state_) : 0;
        });
        const std::string reason = table_.lastError().empty() ? "" : ": " + table_.lastError();
        if (result == NETSANE_INIT_NEEDS_ROOT)
            throw NeedsRootError("works as root only" + reason);
        if (result != 0)
            throw PluginError("its init failed" + reason);
        initialised_ = true;
    }

    ~LoadedMethod() override
    {
        try {
            if (initialised_ && description_.fini != nullptr)
                description_.fini(state_);
        } catch (...) {
            logQuietly("its fini threw an exception");
        }
    }

private:
    void logQuietly(const char *text) noexcept
    {
        try {
            services_.log(PluginLogLevel::Error, table_.module(), text);
        } catch (...) { // NOLINT(bugprone-empty-catch): nobody is left to be told
        }
    }

    const Module module_;
    HostTable table_;
    bool initialised_ = false;
};

} // namespace

struct PluginHost::State {
    struct Registry {
        PluginKind kind;
        std::vector<std::unique_ptr<LoadedMethod>> owned;
        std::vector<const Method *> methods;
    };

    State(std::string dir, PluginServices &host_services) : plugin_dir(std::move(dir)), services(host_services) {}

    ~State()
    {
        // the last loaded ends first
        for (Registry *registry : {&crypt, &auth})
            while (!registry->owned.empty())
                registry->owned.pop_back();
    }

    State(const State &) = delete;
    State &operator=(const State &) = delete;

    Registry &registry(PluginKind kind) noexcept { return kind == PluginKind::Auth ? auth : crypt; }
    std::unique_ptr<LoadedMethod> open(PluginKind kind, std::string_view name, const std::string &file_name);
    void checkWanted(const MethodDescription &description);

    const std::string plugin_dir;
    PluginServices &services;
    const LtdlUse ltdl;
    Registry auth{PluginKind::Auth, {}, {}};
    Registry crypt{PluginKind::Crypt, {}, {}};
};

void PluginHost::State::checkWanted(const MethodDescription &description)
{
    if ((description.flags & NETSANE_FLAG_TEST_ONLY) != 0 && !services.allowTestOnly())
        throw PluginError("protects nothing, it is for tests only");
    for (const Method *other : registry(description.kind).methods)
        if (other->id() == description.id)
            throw PluginError("has the method id " + std::to_string(description.id) + ", which \"" + other->name() +
                              "\" has already");
}

std::unique_ptr<LoadedMethod> PluginHost::State::open(PluginKind kind, std::string_view name,
                                                      const std::string &file_name)
{
    // Folders first: they guarantee that only root or we ourselves could exchange the file between check and load. A
    // careless admin who does so at that very moment is found out afterwards.
    const TrustedFile file(trustedFolder(plugin_dir), file_name);
    Module module(file.realPath());
    file.requireUnchanged();

    Module::Entry *const entry = module.entry();
    const netsane_plugin_v1 *const plugin =
        callPlugin("its entry point", [entry] { return entry(NETSANE_PLUGIN_MINOR); });
    if (plugin == nullptr)
        throw PluginError("doesn't work with version 1." + std::to_string(NETSANE_PLUGIN_MINOR) +
                          " of the plugin interface");
    MethodDescription description = describeMethod(plugin, kind, name, services.roles());
    checkWanted(description);
    auto method = std::make_unique<LoadedMethod>(std::move(module), std::move(description), services);
    method->init();
    return method;
}

PluginHost::PluginHost(std::string plugin_dir, PluginServices &services)
    : state_(std::make_unique<State>(std::move(plugin_dir), services))
{
}

PluginHost::~PluginHost() = default;

const Method &PluginHost::load(PluginKind kind, std::string_view name)
{
    if (!isMethodName(name))
        throw PluginError("\"" + std::string(name.substr(0, max_name_bytes)) +
                          "\" is no method name: lower case letters, digits, _ and - are allowed");
    State::Registry &registry = state_->registry(kind);
    for (const Method *method : registry.methods)
        if (method->name() == name)
            return *method;

    const std::string module_name = std::string(kindName(kind)) + "_" + std::string(name);
    const std::string file_name = module_name + ".so";
    const std::string path = state_->plugin_dir + "/" + file_name;
    try {
        registry.methods.reserve(registry.methods.size() + 1);
        registry.owned.reserve(registry.owned.size() + 1);
        registry.owned.push_back(state_->open(kind, name, file_name));
    } catch (const NeedsRootError &error) {
        throw NeedsRootError(path + ": " + error.what());
    } catch (const std::exception &error) {
        const std::string reason = error.what();
        throw PluginError(reason.starts_with(path + ": ") ? reason : path + ": " + reason);
    }
    registry.methods.push_back(registry.owned.back().get());
    return *registry.methods.back();
}

std::span<const Method *const> PluginHost::methods(PluginKind kind) const noexcept
{
    return state_->registry(kind).methods;
}

const Method *PluginHost::find(PluginKind kind, uint32_t id) const noexcept
{
    for (const Method *method : methods(kind))
        if (method->id() == id)
            return method;
    return nullptr;
}

} // namespace netsane
