// A program that uses crypt_tls to the very end, in a destructor that runs after all that OpenSSL may have put off
// until exit(3). It must not use OpenSSL itself, for OpenSSL asks the first user whether to clean up at the end.

#include "crypt/CryptStream.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <array>
#include <cstdio>
#include <optional>
#include <unistd.h>

namespace {

using namespace netsane;

class LateUser {
public:
    void start()
    {
        folder_.emplace();
        (void)folder_->add("crypt_tls");
        services_.test_only = false;
        services_.wanted_roles = static_cast<uint32_t>(Role::Client);
        host_.emplace(folder_->path(), services_);
        method_ = &host_->load(PluginKind::Crypt, "tls");
        stream_.emplace(newStream());
        check("at first", *stream_);
    }
    ~LateUser()
    {
        CryptStream another = newStream();
        check("anew", another);
        stream_.reset();
    }

private:
    CryptStream newStream() { return {*method_, Role::Client, {.peer = "192.0.2.1", .peer_name = "scanner.example"}}; }

    // takes a part of a record from the peer, and has something to say
    void check(const char *when, CryptStream &stream)
    {
        constexpr std::array<std::byte, 1> handshake{std::byte{22}};
        if (stream.pushWire(handshake) == 1 && stream.pendingWire() != 0 && stream.state() == CryptState::Handshake)
            return;
        std::printf("%s: %s\n%s", when, stream.error().c_str(), services_.log().c_str());
        std::fflush(stdout);
        ::_exit(1);
    }

    std::optional<ModuleFolder> folder_;
    TestServices services_;
    std::optional<PluginHost> host_;
    const Method *method_ = nullptr;
    std::optional<CryptStream> stream_;
};

LateUser late_user; // before anything of OpenSSL, so it ends behind it

} // namespace

int main()
{
    late_user.start();
    return 0;
}
