// Announces the server in the network with Avahi, for as long as it lives.
//
// In the program netsaned-discovery, one per process. Without D-Bus or an Avahi daemon it waits until they are there,
// and announces anew when they come back. The calls into libavahi-client block on D-Bus.
#pragma once

#include "discovery/PublishedPlaces.hxx"
#include "discovery/SimplePoll.hxx"

#include <avahi-client/client.h>
#include <avahi-client/publish.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace netsane {

class AvahiPublisher {
public:
    // say: for the log, once for each change.
    AvahiPublisher(SimplePoll &poll, std::string name, std::vector<std::string> text,
                   std::function<std::vector<PublishedPlace>()> places, std::function<void(const std::string &)> say);
    ~AvahiPublisher();

    void start();

private:
    struct FreeClient {
        void operator()(AvahiClient *client) const noexcept { ::avahi_client_free(client); }
    };
    struct FreeText {
        void operator()(AvahiStringList *list) const noexcept { ::avahi_string_list_free(list); }
    };

    static void clientCallback(AvahiClient *client, AvahiClientState state, void *self) noexcept;
    static void groupCallback(AvahiEntryGroup *group, AvahiEntryGroupState state, void *self) noexcept;
    static void retryCallback(AvahiTimeout *timeout, void *self) noexcept;

    void connect();
    void retryAfter(unsigned milliseconds);
    void clientChanged(AvahiClient &client, AvahiClientState state);
    void publish(AvahiClient &client);
    int addServices();
    void takeOtherName();
    void tell(const std::string &text);

    SimplePoll &poll_;
    const std::string wanted_name_;
    std::string name_; // the one that is free
    unsigned names_tried_ = 0;
    std::unique_ptr<AvahiStringList, FreeText> text_;
    const std::function<std::vector<PublishedPlace>()> places_;
    const std::function<void(const std::string &)> say_;
    std::string said_;
    std::unique_ptr<AvahiClient, FreeClient> client_; // with its group
    AvahiEntryGroup *group_ = nullptr;
    AvahiTimeout *retry_ = nullptr;
};

} // namespace netsane
