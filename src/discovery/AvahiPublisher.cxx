#include "discovery/AvahiPublisher.hxx"

#include "discovery/ServiceText.hxx"

#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/strlst.h>
#include <avahi-common/timeval.h>
#include <new>
#include <utility>

namespace netsane {

namespace {

// A bus that is not there yet, at boot, or not any more.
constexpr unsigned bus_retry_milliseconds = 10'000;
constexpr unsigned daemon_retry_milliseconds = 500;
constexpr unsigned max_names = 100;

AvahiStringList *listOf(const std::vector<std::string> &entries)
{
    AvahiStringList *list = nullptr;
    for (const auto &entry : entries)
        if (AvahiStringList *const longer = ::avahi_string_list_add(list, entry.c_str()))
            list = longer;
        else {
            ::avahi_string_list_free(list);
            throw std::bad_alloc();
        }
    return list; // Avahi takes it from its end
}

} // namespace

AvahiPublisher::AvahiPublisher(SimplePoll &poll, std::string name, std::vector<std::string> text,
                               std::function<std::vector<PublishedPlace>()> places,
                               std::function<void(const std::string &)> say)
    : poll_(poll),
      wanted_name_(std::move(name)),
      name_(wanted_name_),
      text_(listOf(text)),
      places_(std::move(places)),
      say_(std::move(say))
{
    retry_ = poll_.api()->timeout_new(poll_.api(), nullptr, retryCallback, this);
    if (!retry_)
        throw std::bad_alloc();
}

AvahiPublisher::~AvahiPublisher()
{
    client_.reset();
    poll_.api()->timeout_free(retry_);
}

void AvahiPublisher::start()
{
    connect();
}

void AvahiPublisher::tell(const std::string &text)
{
    if (std::exchange(said_, text) != text)
        say_(text);
}

void AvahiPublisher::connect()
{
    group_ = nullptr;
    client_.reset();
    name_ = wanted_name_;
    names_tried_ = 0;
    int error = 0;
    // The callback comes before this returns, and makes the group with the client that it is given.
    client_.reset(::avahi_client_new(poll_.api(), AVAHI_CLIENT_NO_FAIL, clientCallback, this, &error));
    if (client_)
        return;
    group_ = nullptr;
    tell("not announced in the network for now: " + std::string(::avahi_strerror(error)));
    retryAfter(bus_retry_milliseconds);
}

void AvahiPublisher::retryAfter(unsigned milliseconds)
{
    timeval when{};
    ::avahi_elapse_time(&when, milliseconds, 0);
    poll_.api()->timeout_update(retry_, &when);
}

void AvahiPublisher::retryCallback(AvahiTimeout *timeout, void *self) noexcept
{
    auto &publisher = *static_cast<AvahiPublisher *>(self);
    publisher.poll_.api()->timeout_update(timeout, nullptr);
    publisher.connect();
}

void AvahiPublisher::clientCallback(AvahiClient *client, AvahiClientState state, void *self) noexcept
{
    static_cast<AvahiPublisher *>(self)->clientChanged(*client, state);
}

void AvahiPublisher::clientChanged(AvahiClient &client, AvahiClientState state)
{
    switch (state) {
    case AVAHI_CLIENT_S_RUNNING:
        return publish(client);
    case AVAHI_CLIENT_S_COLLISION:
    case AVAHI_CLIENT_S_REGISTERING:
        // The host is about to get another name, which the announcement has in it.
        if (group_)
            ::avahi_entry_group_reset(group_);
        return;
    case AVAHI_CLIENT_CONNECTING:
        group_ = nullptr;
        return tell("not announced in the network for now: no Avahi daemon is running");
    case AVAHI_CLIENT_FAILURE:
        // Not freed here: this is within its own call.
        tell("not announced in the network for now: " + std::string(::avahi_strerror(::avahi_client_errno(&client))));
        return retryAfter(daemon_retry_milliseconds);
    }
}

int AvahiPublisher::addServices()
{
    const auto places = places_();
    for (const auto &place : places) {
        const AvahiIfIndex interface = place.interface == 0 ? AVAHI_IF_UNSPEC : static_cast<int>(place.interface);
        const AvahiProtocol protocol =
            place.family == PublishedPlace::Family::v4 ? AVAHI_PROTO_INET : AVAHI_PROTO_INET6;
        const int result =
            ::avahi_entry_group_add_service_strlst(group_, interface, protocol, {}, name_.c_str(), service_type,
                                                   service_domain, nullptr, place.port, text_.get());
        if (result < 0)
            return result;
    }
    return places.empty() ? AVAHI_ERR_IS_EMPTY : ::avahi_entry_group_commit(group_);
}

void AvahiPublisher::publish(AvahiClient &client)
{
    if (!group_)
        group_ = ::avahi_entry_group_new(&client, groupCallback, this);
    int result = group_ ? AVAHI_OK : ::avahi_client_errno(&client);
    while (result == AVAHI_OK) {
        ::avahi_entry_group_reset(group_);
        result = addServices();
        if (result != AVAHI_ERR_COLLISION || ++names_tried_ > max_names)
            break;
        takeOtherName();
        result = AVAHI_OK;
    }
    if (result == AVAHI_ERR_IS_EMPTY) {
        tell("not announced in the network: none of the addresses to listen at is of an interface of it");
    } else if (result < 0) {
        tell("can't be announced in the network: " + std::string(::avahi_strerror(result)));
        if (result != AVAHI_ERR_COLLISION)
            retryAfter(bus_retry_milliseconds);
    }
}

void AvahiPublisher::takeOtherName()
{
    char *const other = ::avahi_alternative_service_name(name_.c_str());
    if (!other)
        return;
    name_ = other;
    ::avahi_free(other);
}

void AvahiPublisher::groupCallback(AvahiEntryGroup *group, AvahiEntryGroupState state, void *self) noexcept
{
    auto &publisher = *static_cast<AvahiPublisher *>(self);
    AvahiClient &client = *::avahi_entry_group_get_client(group);
    publisher.group_ = group; // the first call comes before avahi_entry_group_new() returns
    switch (state) {
    case AVAHI_ENTRY_GROUP_ESTABLISHED:
        return publisher.tell("announced in the network as \"" + publisher.name_ + "\"");
    case AVAHI_ENTRY_GROUP_COLLISION:
        if (++publisher.names_tried_ > max_names)
            return publisher.tell("can't be announced in the network: too many others have its name");
        publisher.takeOtherName();
        return publisher.publish(client);
    case AVAHI_ENTRY_GROUP_FAILURE:
        publisher.tell("can't be announced in the network: " +
                       std::string(::avahi_strerror(::avahi_client_errno(&client))));
        return publisher.retryAfter(bus_retry_milliseconds);
    case AVAHI_ENTRY_GROUP_UNCOMMITED:
    case AVAHI_ENTRY_GROUP_REGISTERING:
        return;
    }
}

} // namespace netsane
