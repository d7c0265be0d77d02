// netsaned-certificate: makes the server's own certificate where it is missing, tells the supervisor, and ends.

#include "certificate/Certificate.hxx"
#include "certificate/CertificateFolder.hxx"
#include "certificate/HostNames.hxx"
#include "certificate/SelfSigned.hxx"
#include "daemon/ChildMain.hxx"
#include "daemon/IpcMessages.hxx"
#include "os/Socket.hxx"
#include "wire/FrameDecoder.hxx"

#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace {

using namespace netsane;

constexpr WireLimits packet_limits{max_packet_bytes, max_packet_bytes};

std::string joined(const std::vector<std::string> &list)
{
    std::string text;
    for (const auto &entry : list)
        text += (text.empty() ? "" : ", ") + entry;
    return text;
}

// What has been made, for the log; empty: nothing, it was there.
std::string serve(const CertificateWish &wish)
{
    const bool made = keepCertificate(wish.state_folder, [&] { return makeSelfSigned(hostNames(wish.listeners)); });
    if (!made)
        return {};
    const std::string path = wish.state_folder + "/tls/certificate.pem";
    const Certificate certificate = readCertificateFile(path);
    return "made a certificate of this server's own, " + path + ": " + certificate.fingerprint + ", valid until " +
           certificate.valid_until + ", for " + joined(certificate.names);
}

int run(UniqueFd channel, const ChildOptions &)
{
    Packet packet;
    if (receivePacket(channel.get(), packet) != ReceiveResult::packet)
        return EXIT_FAILURE;
    try {
        const auto text = serve(decodeCertificateWish(viewMessage(packet.bytes, packet_limits)));
        sendPacket(channel.get(), encodeIpc(IpcCommand::certificate_made, text).data(), {});
        return EXIT_SUCCESS;
    } catch (const std::exception &error) {
        sendPacket(channel.get(), encodeIpc(IpcCommand::start_failed, error.what()).data(), {});
        return EXIT_FAILURE;
    }
}

} // namespace

int main(int argc, char **argv)
{
    return netsane::runChildMain("netsaned-certificate", argc, argv, run);
}
