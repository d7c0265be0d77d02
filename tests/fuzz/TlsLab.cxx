#include "tests/fuzz/TlsLab.hxx"

#include "tests/fuzz/Require.hxx"

#include <algorithm>
#include <array>

namespace netsane {

namespace {

constexpr size_t max_plain_bytes = 65536;
constexpr size_t max_wire_bytes = 131072;

} // namespace

/// A configuration whose files are in memory; nothing is kept, as there are millions of streams.
class TlsLab::Services final : public TestServices {
public:
    void log(PluginLogLevel, std::string_view, std::string_view) override {}
    int64_t wallSeconds() const override { return tls_test_now; }
    SecureBytes readFile(const std::string &path, bool) override
    {
        const std::string &text = files.at(path);
        SecureBytes contents(text.size());
        std::ranges::copy(std::as_bytes(std::span(text)), contents.data());
        return contents;
    }
    void addFile(const std::string &key, const std::string &text)
    {
        values["crypt.tls." + key] = "/" + key;
        files["/" + key] = text;
    }

    std::map<std::string, std::string> files;
};

TlsLab::TlsLab()
{
    folder_.add("crypt_tls");
    for (const Role role : {Role::Server, Role::Client})
        for (const bool open_minded : {false, true})
            instances_.emplace(std::pair(role, open_minded), makeInstance(role, open_minded));
}

TlsLab::~TlsLab() = default;

TlsLab::Instance TlsLab::makeInstance(Role role, bool open_minded) const
{
    auto services = std::make_unique<Services>();
    services->test_only = false;
    services->wanted_roles = static_cast<uint32_t>(role);
    const bool is_server = role == Role::Server;
    if (is_server || open_minded) {
        const TlsIdentity &identity = is_server ? server_identity_ : client_identity_;
        services->addFile("certificate", identity.certificatePem());
        services->addFile("key", identity.keyPem());
    }
    services->addFile("ca", ca_.certificatePem());
    if (open_minded) {
        services->values["crypt.tls.min_version"] = "1.2";
        services->addFile("client_ca", ca_.certificatePem());
    }
    auto host = std::make_unique<PluginHost>(folder_.path(), *services);
    const Method &method = host->load(PluginKind::Crypt, "tls");
    return {std::move(services), std::move(host), &method};
}

TlsSubject TlsLab::subject(Role role, bool open_minded) const
{
    const Method &method = *instances_.at({role, open_minded}).method;
    const char *const name = role == Role::Client ? "scanner.example" : "";
    return TlsSubject(CryptStream(method, role, {.peer = "192.0.2.1", .peer_name = name}));
}

void TlsSubject::check()
{
    require(stream_.pendingPlain() <= max_plain_bytes, "plain bytes are bounded");
    require(stream_.pendingWire() <= max_wire_bytes, "wire bytes are bounded");
    require(ERR_peek_error() == 0, "nothing stays in OpenSSL's queue of errors");
    for (const char *const words : {" returned ", "can't follow here", "is not final", "no memory"})
        require(stream_.error().find(words) == std::string::npos, "the host believes the stream");
    const CryptState state = stream_.state();
    const bool was_final = last_state_ != CryptState::Handshake && last_state_ != CryptState::Open;
    require(!was_final || state == last_state_, "a final state stays");
    require(state != CryptState::Handshake || last_state_ == state, "no state leads back to the handshake");
    require((state == CryptState::Error) == !stream_.error().empty(), "an error has a reason");
    last_state_ = state;
}

void TlsSubject::read()
{
    std::array<char, 4096> space;
    while (const size_t count = stream_.readPlain(std::as_writable_bytes(std::span(space))))
        read_text.append(space.data(), count);
    check();
}

void TlsSubject::push(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const size_t taken = stream_.pushWire(bytes);
        check();
        const bool open = stream_.state() == CryptState::Open || stream_.state() == CryptState::Handshake;
        const size_t had = stream_.pendingPlain();
        read();
        require(taken != 0 || had != 0 || !open, "a stream takes bytes, or has some to give");
        bytes = bytes.subspan(taken);
        if (!open)
            break;
    }
}

Bytes TlsSubject::pull()
{
    Bytes all = netsane::pull(stream_);
    check();
    return all;
}

size_t TlsSubject::write(std::string_view text)
{
    const size_t taken = stream_.writePlain(std::as_bytes(std::span(text)));
    check();
    return taken;
}

void TlsSubject::shutdown()
{
    stream_.shutdown();
    check();
}

void TlsSubject::endWire()
{
    stream_.endWire();
    check();
    require(stream_.state() != CryptState::Open && stream_.state() != CryptState::Handshake, "the end ends it");
}

} // namespace netsane
