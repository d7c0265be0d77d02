// Looks for servers in the network with Avahi, and writes down what it finds (FoundServer.hxx).
//
// In the program netsane-browse, one per process. The calls into libavahi-client block on D-Bus, for as long as that
// doesn't answer: the process has to have an end of its own.
#pragma once

#include "discovery/FoundServer.hxx"
#include "discovery/SimplePoll.hxx"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace netsane {

class AvahiBrowser {
public:
    // write: takes a line with its end. False: nobody reads any more.
    explicit AvahiBrowser(std::function<bool(const std::string &line)> write);

    // Blocks until all is found that is known in the network now, or nothing can be.
    void run();

private:
    struct FreeClient {
        void operator()(AvahiClient *client) const noexcept { ::avahi_client_free(client); }
    };

    static void clientCallback(AvahiClient *client, AvahiClientState state, void *self) noexcept;
    static void browserCallback(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
                                AvahiBrowserEvent event, const char *name, const char *type, const char *domain,
                                AvahiLookupResultFlags flags, void *self) noexcept;
    static void resolverCallback(AvahiServiceResolver *resolver, AvahiIfIndex interface, AvahiProtocol protocol,
                                 AvahiResolverEvent event, const char *name, const char *type, const char *domain,
                                 const char *host, const AvahiAddress *address, uint16_t port, AvahiStringList *text,
                                 AvahiLookupResultFlags flags, void *self) noexcept;

    void say(const std::string &line);
    void fail(const char *reason);
    void resolve(AvahiIfIndex interface, AvahiProtocol protocol, const char *name);
    void finishIfDone();

    const std::function<bool(const std::string &)> write_;
    SimplePoll poll_;
    std::unique_ptr<AvahiClient, FreeClient> client_; // with all browsers and resolvers
    std::size_t asked_ = 0;
    std::size_t pending_ = 0;
    bool all_seen_ = false;
    bool over_ = false;
};

} // namespace netsane
