// Measures a 600 dpi colour scan of the `test` backend through netsaned-device against direct calls of libsane.
// Not a test: run it by hand, `tests/device/throughput [rounds]`.
#include "DeviceClient.hxx"
#include "SaneTestConfig.hxx"

#include <sane/sane.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace netsane;
using namespace netsane::test;
using Clock = std::chrono::steady_clock;

double rate(std::size_t bytes, Clock::time_point since)
{
    return static_cast<double>(bytes) / 1e6 / std::chrono::duration<double>(Clock::now() - since).count();
}

std::size_t scan(DeviceClient &client, std::size_t outstanding, std::uint32_t read_bytes,
                 Clock::duration &longest_pause)
{
    longest_pause = {};
    client.sendBare(Command::start);
    for (std::size_t i = 0; i < outstanding; ++i)
        client.sendRead(read_bytes);
    if (decodeStartReply(client.receive()).outcome.status != Status::good)
        std::abort();
    std::size_t bytes = 0;
    auto last = Clock::now();
    while (outstanding != 0) {
        const auto reply = client.receiveRead();
        const auto now = Clock::now();
        longest_pause = std::max(longest_pause, now - std::exchange(last, now));
        bytes += reply.data.size();
        if (reply.outcome.status == Status::good)
            client.sendRead(read_bytes);
        else
            --outstanding;
    }
    return bytes;
}

void setLocal(SANE_Handle handle, const char *name, const void *value, std::size_t size)
{
    for (SANE_Int i = 0; const auto descriptor = sane_get_option_descriptor(handle, i); ++i)
        if (descriptor->name && std::strcmp(descriptor->name, name) == 0) {
            std::vector<char> buffer(static_cast<std::size_t>(descriptor->size) + size);
            std::memcpy(buffer.data(), value, size);
            if (sane_control_option(handle, i, SANE_ACTION_SET_VALUE, buffer.data(), nullptr) != SANE_STATUS_GOOD)
                std::abort();
        }
    for (SANE_Int i = 0; sane_get_option_descriptor(handle, i); ++i)
        ;
}

std::size_t scanLocal(SANE_Handle handle, std::size_t read_bytes)
{
    if (sane_start(handle) != SANE_STATUS_GOOD)
        std::abort();
    std::vector<SANE_Byte> block(read_bytes);
    std::size_t bytes = 0;
    SANE_Int length = 0;
    while (sane_read(handle, block.data(), static_cast<SANE_Int>(block.size()), &length) == SANE_STATUS_GOOD)
        bytes += static_cast<std::size_t>(length);
    return bytes;
}

} // namespace

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
    const SaneTestConfig config;
    DeviceClient client({"--device", "test:0", "--sane-config-dir", config.path()});
    client.open();
    client.set("mode", text("Color"));
    client.set("test-picture", text("Color pattern"));
    client.set("resolution", fixed(600));
    client.set("br-x", fixed(200));
    client.set("br-y", fixed(200));

    ::setenv("SANE_CONFIG_DIR", config.path().c_str(), 1);
    SANE_Handle handle = nullptr;
    if (sane_init(nullptr, nullptr) != SANE_STATUS_GOOD || sane_open("test:1", &handle) != SANE_STATUS_GOOD)
        return 1;
    for (SANE_Int i = 0; sane_get_option_descriptor(handle, i); ++i)
        ;
    const SANE_Fixed resolution = SANE_FIX(600);
    const SANE_Fixed right = SANE_FIX(200);
    setLocal(handle, "mode", "Color", 6);
    setLocal(handle, "test-picture", "Color pattern", 14);
    setLocal(handle, "resolution", &resolution, sizeof resolution);
    setLocal(handle, "br-x", &right, sizeof right);
    setLocal(handle, "br-y", &right, sizeof right);
    for (int i = 0; i < rounds; ++i) {
        auto since = Clock::now();
        auto bytes = scanLocal(handle, 64 * 1024);
        const double local = rate(bytes, since);
        since = Clock::now();
        Clock::duration pause;
        bytes = scan(client, 8, 64 * 1024, pause);
        const double through = rate(bytes, since);
        std::printf("%zu bytes: local %.0f MB/s, through netsaned-device %.0f MB/s, longest pause %.1f ms\n", bytes,
                    local, through, std::chrono::duration<double, std::milli>(pause).count());
    }
    sane_close(handle);
    sane_exit();
    return 0;
}
