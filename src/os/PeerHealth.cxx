#include "os/PeerHealth.hxx"

#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace netsane {

bool hasPeerVanished(int fd, std::chrono::milliseconds silence) noexcept
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return false;
    // One probe may just be under way.
    const bool asked_again = info.tcpi_retransmits >= 2 || info.tcpi_probes >= 2;
    return asked_again && info.tcpi_last_ack_recv > static_cast<std::uint64_t>(silence.count());
}

} // namespace netsane
