#include "client/ClientMethods.hxx"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace netsane {

namespace {

struct NamedMethod {
    std::uint32_t id;
    const char *name;
};

// The file names of the methods that come with NETSANE (protocol.md §2.2, §2.3): so a method is loaded only when a
// server asks for that very one. A site's own method is known by its number once it is loaded.
constexpr std::array<NamedMethod, 3> own_auth_methods{{{1, "unix"}, {2, "crypt"}, {3, "pam"}}};
constexpr std::array<NamedMethod, 1> own_crypt_methods{{{1, "tls"}}};

template<std::size_t N>
const char *ownName(const std::array<NamedMethod, N> &table, std::uint32_t id) noexcept
{
    const auto found = std::find_if(table.begin(), table.end(), [id](const NamedMethod &m) { return m.id == id; });
    return found == table.end() ? nullptr : found->name;
}

bool isOwnAuthMethod(const std::string &name) noexcept
{
    return std::any_of(own_auth_methods.begin(), own_auth_methods.end(),
                       [&name](const NamedMethod &m) { return name == m.name; });
}

// Without passwords, which nothing here needs.
ServerSettings trustOf(const ServerSettings &settings)
{
    ServerSettings trust;
    trust.ca = settings.ca;
    trust.certificate = settings.certificate;
    trust.key = settings.key;
    trust.min_version = settings.min_version;
    return trust;
}

struct TrustKey {
    std::string_view name;
    std::optional<std::string> ServerSettings::*value;
};

// netsane.conf has no sections: what it says on how servers are trusted is for every crypt method.
constexpr std::array<TrustKey, 4> trust_keys{{{"ca", &ServerSettings::ca},
                                              {"certificate", &ServerSettings::certificate},
                                              {"key", &ServerSettings::key},
                                              {"min_version", &ServerSettings::min_version}}};

int debugLevel(PluginLogLevel level) noexcept
{
    switch (level) {
    case PluginLogLevel::Error:
    case PluginLogLevel::Warning:
        return 1;
    case PluginLogLevel::Info:
        return 2;
    default:
        return 4;
    }
}

} // namespace

ClientMethods::ClientMethods(const ServerSettings &settings, DebugSink debug)
    : auth_named_(settings.auth.has_value()),
      auth_names_(settings.auth.value_or(std::vector<std::string>{"crypt", "unix", "pam"})),
      trust_(trustOf(settings)),
      plugin_dir_(settings.plugin_dir.value_or(NETSANE_PLUGINDIR)),
      debug_(std::move(debug))
{
}

ClientMethods::~ClientMethods() = default;

bool ClientMethods::isInstalled(const std::string &name) const
{
    return ::access((plugin_dir_ + "/auth_" + name + ".so").c_str(), F_OK) == 0;
}

const Method *ClientMethods::load(PluginKind kind, const std::string &name)
{
    // Nobody has asked for what isn't there.
    if (kind == PluginKind::Auth && !auth_named_ && !isInstalled(name))
        return nullptr;
    try {
        PluginServices &services = *this; // the base is private, so make_unique can't convert
        if (!host_)
            host_ = std::make_unique<PluginHost>(plugin_dir_, services);
        return &host_->load(kind, name);
    } catch (const PluginError &error) {
        if (debug_)
            debug_(1, error.what());
        if (kind == PluginKind::Crypt)
            crypt_fault_ = error.what();
        return nullptr;
    }
}

const Method *ClientMethods::authMethod(std::uint32_t id)
{
    if (const char *const own = ownName(own_auth_methods, id)) {
        const bool allowed = std::find(auth_names_.begin(), auth_names_.end(), own) != auth_names_.end();
        const Method *const method = allowed ? load(PluginKind::Auth, own) : nullptr;
        return method && method->id() == id ? method : nullptr;
    }
    for (const auto &name : auth_names_)
        if (!isOwnAuthMethod(name))
            if (const Method *const method = load(PluginKind::Auth, name); method && method->id() == id)
                return method;
    return nullptr;
}

std::vector<const Method *> ClientMethods::authMethods()
{
    std::vector<const Method *> methods;
    for (const auto &name : auth_names_) {
        const Method *const method = load(PluginKind::Auth, name);
        if (method && std::find(methods.begin(), methods.end(), method) == methods.end())
            methods.push_back(method);
    }
    return methods;
}

const Method *ClientMethods::cryptMethod(std::uint32_t id)
{
    crypt_fault_.clear();
    const char *const name = ownName(own_crypt_methods, id);
    const Method *const method = name ? load(PluginKind::Crypt, name) : nullptr;
    return method && method->id() == id && method->supports(Role::Client) ? method : nullptr;
}

void ClientMethods::log(PluginLogLevel level, std::string_view module, std::string_view text)
{
    if (debug_)
        debug_(debugLevel(level), std::string(module) + ": " + std::string(text));
}

std::optional<std::string> ClientMethods::configValue(PluginKind kind, std::string_view, std::string_view key)
{
    const auto found = std::ranges::find(trust_keys, key, &TrustKey::name);
    return kind == PluginKind::Crypt && found != trust_keys.end() ? trust_.*(found->value) : std::nullopt;
}

} // namespace netsane
