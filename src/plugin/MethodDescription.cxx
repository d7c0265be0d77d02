#include "plugin/MethodDescription.hxx"

#include "plugin/PluginError.hxx"
#include "util/Printable.hxx"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace netsane {

namespace {

constexpr size_t max_text_bytes = 63;
constexpr uint32_t max_struct_bytes = 4096;

// what version 1.0 of each struct has; these stay when the structs grow
constexpr size_t min_plugin_bytes = offsetof(netsane_plugin_v1, crypt_client) + sizeof(void *);
constexpr size_t min_auth_bytes = offsetof(netsane_auth_ops_v1, free) + sizeof(void *);
constexpr size_t min_crypt_bytes = offsetof(netsane_crypt_ops_v1, free) + sizeof(void *);

constexpr uint32_t auth_flags = NETSANE_FLAG_NEEDS_CONFIDENTIALITY | NETSANE_FLAG_NEEDS_ROOT | NETSANE_FLAG_BLOCKING |
                                NETSANE_FLAG_MUTUAL | NETSANE_FLAG_CHANNEL_BINDING | NETSANE_FLAG_TEST_ONLY;
constexpr uint32_t crypt_flags = NETSANE_FLAG_NEEDS_ROOT | NETSANE_FLAG_TEST_ONLY | NETSANE_FLAG_PASSTHROUGH;

[[noreturn]] void refuse(const std::string &reason)
{
    throw PluginError(reason);
}

/// Copies as much of a struct as both sides know.
template<class Struct>
Struct copyStruct(const Struct *from, size_t min_bytes, const std::string &what)
{
    if (reinterpret_cast<uintptr_t>(from) % alignof(Struct) != 0)
        refuse(what + " is not aligned");
    uint32_t size = 0;
    std::memcpy(&size, from, sizeof size);
    if (size < min_bytes)
        refuse(what + " is too small: struct_size " + std::to_string(size) + ", needed are " +
               std::to_string(min_bytes));
    if (size > max_struct_bytes)
        refuse(what + " has an impossible struct_size of " + std::to_string(size));
    Struct copy{};
    std::memcpy(&copy, from, std::min<size_t>(size, sizeof copy));
    return copy;
}

std::string copyText(const char *text, const std::string &what)
{
    if (text == nullptr)
        refuse("has no " + what);
    const size_t size = ::strnlen(text, max_text_bytes + 1);
    if (size == 0 || size > max_text_bytes)
        refuse("has a " + what + " that is empty or too long");
    return printable(std::string_view(text, size), max_text_bytes);
}

void checkOperations(const netsane_auth_ops_v1 &operations, const std::string &what)
{
    if (operations.start == nullptr || operations.step == nullptr || operations.free == nullptr)
        refuse(what + " lack one of start, step, free");
}

void checkOperations(const netsane_crypt_ops_v1 &operations, const std::string &what)
{
    if (operations.create == nullptr || operations.push_wire == nullptr || operations.pull_wire == nullptr ||
        operations.read_plain == nullptr || operations.write_plain == nullptr || operations.end_wire == nullptr ||
        operations.pending == nullptr || operations.shutdown == nullptr || operations.state == nullptr ||
        operations.free == nullptr)
        refuse(what + " lack one of create, push_wire, pull_wire, read_plain, write_plain, end_wire, pending, "
                      "shutdown, state, free");
}

/// @return whether the role is supported
template<class Operations>
bool copyOperations(const Operations *from, size_t min_bytes, const std::string &what, Operations &to)
{
    if (from == nullptr)
        return false;
    to = copyStruct(from, min_bytes, what);
    checkOperations(to, what);
    return true;
}

void checkFlags(const MethodDescription &method)
{
    const uint32_t known = method.kind == PluginKind::Auth ? auth_flags : crypt_flags;
    if ((method.flags & ~known) != 0)
        refuse("has flags that this version doesn't know for its kind: " + std::to_string(method.flags & ~known));
}

void checkRoles(bool server, bool client, uint32_t roles)
{
    const uint32_t supported = (server ? NETSANE_ROLE_SERVER : 0U) | (client ? NETSANE_ROLE_CLIENT : 0U);
    if (supported == 0)
        refuse("supports no role");
    if ((supported & roles) == 0)
        refuse(std::string("doesn't support the role of a ") +
               ((roles & NETSANE_ROLE_SERVER) != 0 ? "server" : "client"));
}

} // namespace

MethodDescription describeMethod(const netsane_plugin_v1 *plugin, PluginKind kind, std::string_view name,
                                 uint32_t roles)
{
    const netsane_plugin_v1 raw = copyStruct(plugin, min_plugin_bytes, "its descriptor");
    MethodDescription method;
    method.kind = kind;
    method.id = raw.method_id;
    method.flags = raw.flags;
    method.init = raw.init;
    method.fini = raw.fini;
    if (raw.kind != static_cast<uint32_t>(kind))
        refuse("is of kind " + std::to_string(raw.kind) + ", not an " + std::string(kindName(kind)) + " method");
    method.name = copyText(raw.name, "name");
    if (method.name != name)
        refuse("calls itself \"" + method.name + "\"");
    method.version = copyText(raw.version, "version");
    if (method.id > NETSANE_ID_LAST)
        refuse("has the method id " + std::to_string(method.id) + ", above " + std::to_string(NETSANE_ID_LAST));
    checkFlags(method);

    const bool auth = kind == PluginKind::Auth;
    const bool other_kind = auth ? raw.crypt_server != nullptr || raw.crypt_client != nullptr
                                 : raw.auth_server != nullptr || raw.auth_client != nullptr;
    if (other_kind)
        refuse("has operations of the other kind");
    const std::string server_text = "its server operations";
    const std::string client_text = "its client operations";
    const bool server = auth ? copyOperations(raw.auth_server, min_auth_bytes, server_text, method.auth_server)
                             : copyOperations(raw.crypt_server, min_crypt_bytes, server_text, method.crypt_server);
    const bool client = auth ? copyOperations(raw.auth_client, min_auth_bytes, client_text, method.auth_client)
                             : copyOperations(raw.crypt_client, min_crypt_bytes, client_text, method.crypt_client);
    checkRoles(server, client, roles);
    return method;
}

} // namespace netsane
