// netsaned-discovery: announces the server in the network, for as long as the supervisor wants it.
//
// It has no rights and knows nothing but what it announces. It ends with the channel to the supervisor, and Avahi takes
// back what it has announced; the supervisor starts another one where something else is to be announced.

#include "daemon/ChildMain.hxx"
#include "daemon/IpcMessages.hxx"
#include "discovery/AvahiPublisher.hxx"
#include "os/Socket.hxx"
#include "sandbox/Sandbox.hxx"
#include "wire/FrameDecoder.hxx"

#include <cstdlib>
#include <stdexcept>

namespace {

using namespace netsane;

constexpr WireLimits packet_limits{max_packet_bytes, max_packet_bytes};

void channelCallback(AvahiWatch *, int, AvahiWatchEvent, void *poll) noexcept
{
    static_cast<SimplePoll *>(poll)->quit(); // the supervisor says nothing more: this is its end
}

int run(UniqueFd channel, const ChildOptions &options)
{
    Packet packet;
    if (receivePacket(channel.get(), packet) != ReceiveResult::packet)
        return EXIT_FAILURE;
    const auto setup = decodeDiscoverySetup(viewMessage(packet.bytes, packet_limits));
    const std::string confined = options.sandbox ? confineDiscovery() : describeUnconfined();
    sendPacket(channel.get(), encodeIpc(IpcCommand::confined, confined).data(), {});

    SimplePoll poll;
    auto *const watch = poll.api()->watch_new(poll.api(), channel.get(), AVAHI_WATCH_IN, channelCallback, &poll);
    if (!watch)
        throw std::bad_alloc();
    AvahiPublisher publisher(
        poll, setup.name, setup.text, [&] { return publishedPlaces(setup.addresses, interfaceOf); }, logInfo);
    publisher.start();
    poll.run();
    poll.api()->watch_free(watch);
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv)
{
    return netsane::runChildMain("netsaned-discovery", argc, argv, run);
}
