// A recording, as somebody may send it, to each view of `netsane trace`: what it shows has no control characters, is
// bounded by what was read, and what can't be shown is named by its byte.

#include "tests/fuzz/Require.hxx"
#include "tool/trace/TracePlayer.hxx"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace {

using namespace netsane;

/// Bytes shown for one that was read: "option[123].quantisation=-2147483648", of 9 bytes.
constexpr size_t growth = 64;
constexpr size_t other_bytes = 4096;

bool isClean(const std::string &text)
{
    return std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
}

std::string play(std::span<const std::byte> bytes, std::unique_ptr<TraceView> view, size_t piece)
{
    TracePlayer player(*view);
    std::string out;
    try {
        for (size_t at = 0; at < bytes.size(); at += piece)
            player.play(bytes.subspan(at, std::min(piece, bytes.size() - at)), out);
        player.end(out);
    } catch (const TraceError &error) {
        const std::string what = error.what();
        require(what.starts_with("byte ") && isClean(what), "an error says where");
        require(std::stoull(what.substr(5)) <= bytes.size(), "within the file");
        out += "ERROR " + what + "\n";
    }
    require(isClean(out), "nothing that changes a terminal");
    require(out.size() <= growth * bytes.size() + other_bytes, "not much more is shown than there is");
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const std::span bytes(reinterpret_cast<const std::byte *>(data), size);
    const auto text = play(bytes, makeTraceText({false, true}), 16384);
    require(text == play(bytes, makeTraceText({false, true}), 5), "in pieces it is the same");
    play(bytes, makeTraceJson(), 16384);
    play(bytes, makeTraceSummary(true), 16384);
    play(bytes, makeTraceSummary(false), 16384);
    return 0;
}
