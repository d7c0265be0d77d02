#include "daemon/SandboxReport.hxx"

#include "daemon/Log.hxx"
#include "os/Socket.hxx"

#include <exception>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds patience{10000};
constexpr std::size_t max_text_bytes = 1024;

} // namespace

SandboxReport::SandboxReport(EventLoop &loop, ChildReaper &reaper)
    : loop_(loop), reaper_(reaper), timer_(loop, [this] { finish("not known, no answer from netsaned-device"); })
{
}

void SandboxReport::tell(const std::string &process_class, const std::string &text)
{
    if (const auto [entry, is_new] = told_.emplace(process_class, text.substr(0, max_text_bytes)); is_new)
        logInfo("sandbox: " + process_class + ": " + entry->second);
}

void SandboxReport::askDevice(ChildSpec program, std::function<void()> on_told)
{
    on_told_ = std::move(on_told);
    program.arguments.push_back("--tell-sandbox");
    auto [ours, theirs] = packetSocketPair();
    setNonBlocking(ours.get(), true);
    pid_ = startChild(program, std::move(theirs));
    reaper_.watch(pid_, [](int) {});
    channel_ = std::move(ours);
    watch_ = std::make_unique<FdWatch>(
        loop_, channel_.get(), [this] { hear(); }, [] {});
    watch_->wantRead(true);
    timer_.schedule(patience);
}

void SandboxReport::hear()
{
    Packet packet;
    try {
        const ReceiveResult result = receivePacket(channel_.get(), packet);
        if (result == ReceiveResult::packet)
            return finish({reinterpret_cast<const char *>(packet.bytes.data()), packet.bytes.size()});
        if (result == ReceiveResult::end)
            return finish("not known, netsaned-device has ended without a word");
    } catch (const std::exception &error) {
        finish(std::string("not known: ") + error.what());
    }
}

void SandboxReport::finish(const std::string &text)
{
    timer_.cancel();
    watch_->wantRead(false);
    reaper_.killAfter(pid_, patience);
    tell("device", text);
    on_told_();
}

} // namespace netsane
