// The codec: messages found in a stream, and messages made and read.

#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace netsane {
namespace {

constexpr std::size_t segment_bytes = 64 * 1024; // what one recv(2) brings
constexpr int options = 48;                      // SANE's test backend has about as many

std::vector<OptionDescriptor> descriptors()
{
    OptionDescriptor option;
    option.name = "test-picture";
    option.title = "Select the test picture";
    option.description = std::string(200, 'd');
    option.type = ValueType::string;
    option.size_bytes = 14;
    option.constraint_type = ConstraintType::string_list;
    option.strings = {"Solid black", "Solid white", "Color pattern", "Grid"};
    return std::vector<OptionDescriptor>(options, option);
}

ByteBuffer openReply()
{
    OpenReply reply;
    reply.handle = HandleBytes(16, std::byte{7});
    reply.descriptors = descriptors();
    ByteBuffer out;
    encodeOpenReply(out, reply);
    return out;
}

// A stream of many messages of one kind, in segments as a socket gives them.
void decode(benchmark::State &state, const ByteBuffer &message, std::size_t count)
{
    ByteBuffer stream;
    for (std::size_t i = 0; i < count; ++i)
        stream.append(message.data());
    for (auto _ : state) {
        FrameDecoder decoder(limits_after_login);
        std::size_t found = 0;
        for (auto rest = stream.data(); !rest.empty();) {
            const auto segment = rest.first(std::min(segment_bytes, rest.size()));
            rest = rest.subspan(segment.size());
            decoder.push(segment);
            while (decoder.next())
                ++found;
        }
        if (found != count)
            state.SkipWithError("messages are missing");
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * count));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * stream.size()));
}

void decodeRequests(benchmark::State &state)
{
    ByteBuffer request;
    encodeReadRequest(request, HandleBytes(16, std::byte{7}), {65536});
    decode(state, request, 1000);
}
BENCHMARK(decodeRequests)->Name("wire/decode READ requests");

void decodeImage(benchmark::State &state)
{
    const std::vector<std::byte> data(static_cast<std::size_t>(state.range(0)), std::byte{5});
    ByteBuffer reply;
    encodeReadReply(reply, {{}, data});
    decode(state, reply, (1U << 22) / data.size());
}
BENCHMARK(decodeImage)->Name("wire/decode READ replies")->Arg(4096)->Arg(32768)->Arg(65536)->Arg(262144);

void encodeOpen(benchmark::State &state)
{
    OpenReply reply;
    reply.handle = HandleBytes(16, std::byte{7});
    reply.descriptors = descriptors();
    ByteBuffer out;
    for (auto _ : state) {
        out.clear();
        encodeOpenReply(out, reply);
        benchmark::DoNotOptimize(out.data().data());
    }
}
BENCHMARK(encodeOpen)->Name("protocol/encode OPEN reply, 48 options");

void decodeOpen(benchmark::State &state)
{
    const auto bytes = openReply();
    for (auto _ : state)
        benchmark::DoNotOptimize(decodeOpenReply(viewMessage(bytes.data(), limits_after_login)));
}
BENCHMARK(decodeOpen)->Name("protocol/decode OPEN reply, 48 options");

} // namespace
} // namespace netsane
