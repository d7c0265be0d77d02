// known_servers, with any text: what is found is well formed, a server that is written down is found as that, and the
// lines of others stay what they are. The input's first line is also read as a server's name.

#include "config/KnownServers.hxx"
#include "tests/fuzz/Require.hxx"

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using namespace netsane;

using Kind = KnownServer::Kind;

std::optional<KnownServer> find(std::string_view text, const ServerName &server)
{
    unsigned last = 0;
    const auto found = findKnownServer(text, server, [&last](unsigned line, const std::string &what) {
        require(line > last, "each line is reported once, in their order");
        last = line;
        require(!what.empty(), "with a reason");
    });
    if (found) {
        require(isFingerprint(found->fingerprint) == (found->kind == Kind::pinned), "a pin is a fingerprint");
        require(found->line >= 1 && found->line <= 1 + std::ranges::count(text, '\n'), "the line is one of the text");
    }
    return found;
}

void look(std::string_view text, const ServerName &server)
{
    const ServerName other{"other.example", "", 7};
    const auto other_before = find(text, other);
    for (const auto &what : {"SHA256:" + std::string(64, 'f'), std::string("verified")}) {
        const auto changed = withKnownServer(text, server, what);
        const auto found = find(changed, server);
        require(found && (found->kind == Kind::pinned ? found->fingerprint : "verified") == what &&
                    found->kind != Kind::broken,
                "what is written is found");
        require(withKnownServer(changed, server, what) == changed, "and written once");
        if (knownServerName(server) == knownServerName(other))
            continue;
        const auto other_after = find(changed, other);
        require(other_before.has_value() == other_after.has_value(), "others are neither made nor forgotten");
        require(!other_before ||
                    (other_before->kind == other_after->kind && other_before->fingerprint == other_after->fingerprint),
                "and stay what they are");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    find(text, {"alpha", "", 6576});
    look(text, {"alpha", "", 6576});
    const auto server = parseServerName(text.substr(0, text.find('\n')));
    if (server && canBeKnown(*server))
        look(text, *server);
    return 0;
}
