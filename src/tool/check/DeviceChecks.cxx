#include "tool/check/DeviceChecks.hxx"

#include "protocol/DeviceMessages.hxx"
#include "protocol/Numbers.hxx"
#include "tool/check/CheckedProcess.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr std::chrono::seconds config_patience{10};

std::vector<std::string> commandFor(const ServerConfig &config, const std::string &program, const char *what)
{
    std::string excluded;
    for (const auto &name : config.sane_exclude)
        excluded += (excluded.empty() ? "" : ",") + name;
    std::vector<std::string> command{program,
                                     "--fd",
                                     "3",
                                     "--exclude",
                                     excluded,
                                     "--sane-config-dir",
                                     config.sane_config_dir.empty() ? "/etc/sane.d" : config.sane_config_dir,
                                     what};
    if (std::find(config.sandbox.begin(), config.sandbox.end(), "device") != config.sandbox.end())
        command.emplace_back("--sandbox");
    return command;
}

std::string versionText(std::uint32_t code)
{
    return std::to_string(code >> 24) + "." + std::to_string(code >> 16 & 0xff) + "." + std::to_string(code & 0xffff);
}

CheckFinding judgeBackends(const ServerConfig &config, const ProcessOutcome &outcome)
{
    const std::string folder = config.sane_config_dir.empty() ? "/etc/sane.d" : config.sane_config_dir;
    if (!outcome.succeeded())
        return {CheckLevel::fail, "sane", "netsaned-device can't be run as the service's user, or can't read " + folder,
                "see whether that user may execute the one and read the other"};
    const std::string names = outcome.output.substr(0, outcome.output.find('\n'));
    if (names.empty())
        return {CheckLevel::fail, "sane", folder + "/dll.conf names no backend, so there are no scanners",
                "install SANE's backends (Debian: libsane1), and name one in dll.conf or in a file in dll.d"};
    const auto count = static_cast<std::size_t>(std::count(names.begin(), names.end(), ' ')) + 1;
    return {CheckLevel::ok, "sane",
            folder + "/dll.conf: " + std::to_string(count) + (count == 1 ? " backend" : " backends") +
                (count <= 8 ? " (" + names + ")" : ""),
            ""};
}

void judgeDevices(const std::vector<DeviceEntry> &devices, CheckFindings &findings)
{
    for (const auto &device : devices)
        findings.push_back({CheckLevel::ok, "devices",
                            device.name + " (" + device.vendor + " " + device.model + ", " + device.type + ")", ""});
    if (devices.empty())
        findings.push_back(
            {CheckLevel::warn, "devices", "SANE finds no scanner as the service's user",
             "is it switched on and plugged in? \"scanimage -L\" as root shows whether it is a matter of "
             "rights, sane-find-scanner(1) whether the kernel knows it"});
}

} // namespace

CheckFindings judgeListing(const std::string &bytes, bool is_late)
{
    CheckFindings findings;
    FrameDecoder decoder(limits_after_login);
    bool is_complete = false;
    try {
        const auto room = decoder.prepare(std::max<std::size_t>(1, bytes.size()));
        std::transform(bytes.begin(), bytes.end(), room.begin(), [](char c) { return static_cast<std::byte>(c); });
        decoder.commit(bytes.size());
        while (const auto message = decoder.next()) {
            if (message->command == static_cast<std::uint32_t>(Command::init))
                findings.push_back({CheckLevel::ok, "sane",
                                    "libsane, version " + versionText(decodeInitReply(*message).version_code), ""});
            if (message->command != static_cast<std::uint32_t>(Command::get_devices))
                continue;
            const auto reply = decodeGetDevicesReply(*message);
            is_complete = true;
            if (reply.outcome.status == Status::good)
                judgeDevices(reply.devices, findings);
            else
                findings.push_back({CheckLevel::fail, "devices", "SANE can't list its devices: " + reply.outcome.reason,
                                    "see what \"scanimage -L\" says"});
        }
    } catch (const ProtocolError &error) {
        findings.push_back(
            {CheckLevel::fail, "devices", std::string("netsaned-device sent nonsense: ") + error.what(), ""});
        return findings;
    }
    if (!is_complete)
        findings.push_back(
            {CheckLevel::fail, "devices",
             is_late ? "listing the devices takes longer than list_timeout"
                     : "netsaned-device has ended without a list: a backend has crashed, or libsane is missing",
             "comment backends out in dll.conf until it works; the last one is to blame"});
    return findings;
}

CheckFindings checkDevices(const ServerConfig &config, const std::string &program,
                           const std::optional<ProcessIdentity> &identity)
{
    const auto backends = runForChannel(commandFor(config, program, "--tell-backends"), identity, config_patience);
    CheckFindings findings{judgeBackends(config, backends)};
    if (findings.front().level != CheckLevel::ok)
        return findings;
    const auto listing = runForChannel(commandFor(config, program, "--list"), identity, config.sane_list_timeout);
    for (auto &finding : judgeListing(listing.output, listing.is_late))
        findings.push_back(std::move(finding));
    return findings;
}

} // namespace netsane
