#include "discovery/AvahiBrowser.hxx"

#include <array>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/strlst.h>
#include <net/if.h>
#include <utility>
#include <vector>

namespace netsane {

namespace {

// Of one browse: each is a question to Avahi. A network that has more is not an honest one.
constexpr std::size_t max_instances = 64;
constexpr std::size_t max_text_entries = 16;

bool isLoopbackInterface(AvahiIfIndex interface)
{
    std::array<char, IF_NAMESIZE> name{};
    return interface > 0 && ::if_indextoname(static_cast<unsigned>(interface), name.data()) &&
           std::string(name.data()) == "lo";
}

std::string addressText(const AvahiAddress &address, AvahiIfIndex interface)
{
    std::array<char, AVAHI_ADDRESS_STR_MAX> text{};
    ::avahi_address_snprint(text.data(), text.size(), &address);
    std::string result = text.data();
    const bool link_local = address.proto == AVAHI_PROTO_INET6 && address.data.ipv6.address[0] == 0xfe &&
                            (address.data.ipv6.address[1] & 0xc0) == 0x80;
    std::array<char, IF_NAMESIZE> zone{};
    if (link_local && interface > 0 && ::if_indextoname(static_cast<unsigned>(interface), zone.data()))
        result += "%" + std::string(zone.data());
    return result;
}

std::vector<std::string> entriesOf(AvahiStringList *list)
{
    std::vector<std::string> entries;
    for (; list && entries.size() < max_text_entries; list = ::avahi_string_list_get_next(list))
        entries.emplace_back(reinterpret_cast<const char *>(::avahi_string_list_get_text(list)),
                             ::avahi_string_list_get_size(list));
    return entries;
}

// What is to be said of an answer; nothing if it is none that could be used.
std::optional<FoundServer> serverOf(const char *name, const char *host, const AvahiAddress &address,
                                    AvahiIfIndex interface, uint16_t port, AvahiStringList *text,
                                    AvahiLookupResultFlags flags)
{
    const auto tls = readServiceText(entriesOf(text));
    const auto local = localHost(host ? host : "");
    FoundServer server;
    server.is_here = (flags & AVAHI_LOOKUP_RESULT_LOCAL) != 0 || isLoopbackInterface(interface);
    server.address = addressText(address, interface);
    if (!tls || !local || port == 0 || !isUsableAddress(server.address, server.is_here))
        return std::nullopt;
    server.host = *local;
    server.port = port;
    server.tls = *tls;
    server.instance = name ? name : "";
    return server;
}

} // namespace

AvahiBrowser::AvahiBrowser(std::function<bool(const std::string &line)> write) : write_(std::move(write)) {}

void AvahiBrowser::say(const std::string &line)
{
    if (!over_ && !write_(line)) {
        over_ = true;
        poll_.quit();
    }
}

void AvahiBrowser::fail(const char *reason)
{
    say(std::string("fault ") + reason + "\n");
    over_ = true;
    poll_.quit();
}

void AvahiBrowser::finishIfDone()
{
    if (!all_seen_ || pending_ != 0)
        return;
    say("done\n");
    over_ = true;
    poll_.quit();
}

void AvahiBrowser::run()
{
    int error = 0;
    client_.reset(::avahi_client_new(poll_.api(), AVAHI_CLIENT_IGNORE_USER_CONFIG, clientCallback, this, &error));
    if (!client_)
        return fail(::avahi_strerror(error));
    if (!::avahi_service_browser_new(client_.get(), AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, service_type, service_domain,
                                     {}, browserCallback, this))
        return fail(::avahi_strerror(::avahi_client_errno(client_.get())));
    if (!over_)
        poll_.run();
}

void AvahiBrowser::clientCallback(AvahiClient *client, AvahiClientState state, void *self) noexcept
{
    if (state == AVAHI_CLIENT_FAILURE)
        static_cast<AvahiBrowser *>(self)->fail(::avahi_strerror(::avahi_client_errno(client)));
}

void AvahiBrowser::resolve(AvahiIfIndex interface, AvahiProtocol protocol, const char *name)
{
    if (asked_++ >= max_instances)
        return;
    say("seen\n");
    // An address of the protocol that it is announced over: a server may have a listener for one of them only.
    if (::avahi_service_resolver_new(client_.get(), interface, protocol, name, service_type, service_domain, protocol,
                                     {}, resolverCallback, this))
        ++pending_;
}

void AvahiBrowser::browserCallback(AvahiServiceBrowser *, AvahiIfIndex interface, AvahiProtocol protocol,
                                   AvahiBrowserEvent event, const char *name, const char *, const char *,
                                   AvahiLookupResultFlags, void *self) noexcept
{
    auto &browser = *static_cast<AvahiBrowser *>(self);
    switch (event) {
    case AVAHI_BROWSER_NEW:
        return browser.resolve(interface, protocol, name);
    case AVAHI_BROWSER_ALL_FOR_NOW:
        browser.all_seen_ = true;
        return browser.finishIfDone();
    case AVAHI_BROWSER_FAILURE:
        return browser.fail("Avahi can't browse");
    case AVAHI_BROWSER_REMOVE:
    case AVAHI_BROWSER_CACHE_EXHAUSTED:
        return;
    }
}

void AvahiBrowser::resolverCallback(AvahiServiceResolver *resolver, AvahiIfIndex interface, AvahiProtocol,
                                    AvahiResolverEvent event, const char *name, const char *, const char *,
                                    const char *host, const AvahiAddress *address, uint16_t port, AvahiStringList *text,
                                    AvahiLookupResultFlags flags, void *self) noexcept
{
    auto &browser = *static_cast<AvahiBrowser *>(self);
    if (event == AVAHI_RESOLVER_FOUND && address)
        if (const auto server = serverOf(name, host, *address, interface, port, text, flags))
            browser.say(browseLine(*server));
    ::avahi_service_resolver_free(resolver);
    --browser.pending_;
    browser.finishIfDone();
}

} // namespace netsane
